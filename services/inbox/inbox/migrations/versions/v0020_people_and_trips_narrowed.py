"""people and trips narrowed

What was in the words index before gets the tags that a search is narrowed by.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PASSES = "fairlead_search_passes"


def upgrade() -> None:
    # Without the row of its last pass a table is gone over anew.
    if sa.inspect(op.get_bind()).has_table(PASSES):
        op.execute(f"DELETE FROM {PASSES} WHERE kind IN ('p', 't')")  # noqa: S608
