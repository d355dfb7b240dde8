"""${message}"""

import sqlalchemy as sa
from alembic import op

% if "store." in upgrades:
from fairlead import store

% endif
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades}
