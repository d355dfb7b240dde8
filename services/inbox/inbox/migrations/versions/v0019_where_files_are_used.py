"""where files are used"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Ids in JSON are written with dashes; SQLite keeps a UUID without them.
SHOWN = {
    "postgresql": """
        INSERT INTO file_uses (organisation_id, file_id, kind, user_id)
        SELECT DISTINCT users.organisation_id, files.id, '{kind}', users.id
        FROM {table} AS users
        CROSS JOIN LATERAL jsonb_array_elements(users.attachments) AS entry (file)
        JOIN files ON files.id = CAST(entry.file ->> 'id' AS uuid)
    """,
    "sqlite": """
        INSERT INTO file_uses (organisation_id, file_id, kind, user_id)
        SELECT DISTINCT users.organisation_id, files.id, '{kind}', users.id
        FROM {table} AS users
        JOIN json_each(users.attachments) AS shown
        JOIN files ON files.id = replace(json_extract(shown.value, '$.id'), '-', '')
    """,
}
NAMED = {
    "postgresql": """
        INSERT INTO file_uses (organisation_id, file_id, kind, user_id)
        SELECT DISTINCT users.organisation_id, files.id, '{kind}', users.id
        FROM {table} AS users
        CROSS JOIN LATERAL jsonb_array_elements_text(users.draft -> 'attachments') AS entry (id)
        JOIN files ON files.id = CAST(entry.id AS uuid)
        WHERE {where}
    """,
    "sqlite": """
        INSERT INTO file_uses (organisation_id, file_id, kind, user_id)
        SELECT DISTINCT users.organisation_id, files.id, '{kind}', users.id
        FROM {table} AS users
        JOIN json_each(users.draft, '$.attachments') AS named
        JOIN files ON files.id = replace(named.value, '-', '')
        WHERE {where}
    """,
}


def upgrade() -> None:
    op.create_table(
        "file_uses",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "file_id", "kind", "user_id", name=op.f("pk_file_uses")
        ),
    )
    with op.batch_alter_table("file_uses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_file_uses_organisation_id_user_id"),
            ["organisation_id", "user_id"],
            unique=False,
        )
    dialect = op.get_bind().dialect.name
    for kind, table in (("message", "messages"), ("comment", "comments")):
        op.execute(SHOWN[dialect].format(kind=kind, table=table))
    for kind, table, where in (
        ("draft", "drafts", "users.ended_at IS NULL"),
        ("scheduled", "scheduled_messages", "users.state IN ('waiting', 'held')"),
    ):
        op.execute(NAMED[dialect].format(kind=kind, table=table, where=where))
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_column("message_id")
    store.enable_row_security(op, "file_uses")
