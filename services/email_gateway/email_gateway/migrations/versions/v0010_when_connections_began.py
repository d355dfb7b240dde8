"""when connections began

Those of before took all that was in their mailboxes: what is new begins now, also where a mailbox
has to be read once more.
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.column("connected_at", store.UTCDateTime())
    began = sa.table("connections", column).update().where(column.is_(None))
    op.execute(began.values(connected_at=dt.datetime.now(dt.UTC)))
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.alter_column("connected_at", existing_type=store.UTCDateTime(), nullable=False)
