"""attention waits and trail"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


# Whose turn each message is, as `inbox.domain.turns` says since; what is over for long has no wait.
FILL = (
    "UPDATE messages SET side = 'theirs' "
    "WHERE direction = 'in' AND automatic = 'none' AND NOT imported",
    "UPDATE messages SET side = 'person' "
    "WHERE direction = 'out' AND author_kind = 'user' AND NOT imported",
    "UPDATE messages SET side = 'assistant' "
    "WHERE direction = 'out' AND author_kind = 'assistant' AND NOT imported",
    """
    UPDATE conversations AS c SET turn_id = (
        SELECT m.id FROM messages AS m
        WHERE m.organisation_id = c.organisation_id AND m.conversation_id = c.id
            AND m.side IS NOT NULL
        ORDER BY m.at DESC, m.id DESC LIMIT 1)
    """,
    "UPDATE conversations SET turn_at = (SELECT m.at FROM messages AS m WHERE m.id = turn_id)",
    """
    UPDATE conversations SET state = 'attentive' WHERE EXISTS (
        SELECT 1 FROM messages AS m WHERE m.id = turn_id AND m.side = 'theirs')
    """,
    """
    INSERT INTO waits (organisation_id, id, conversation_id, contact_id, started_at)
    SELECT c.organisation_id, began.id, c.id, c.contact_id, began.at
    FROM conversations AS c JOIN messages AS began ON began.id = (
        SELECT m.id FROM messages AS m
        WHERE m.organisation_id = c.organisation_id AND m.conversation_id = c.id
            AND m.side = 'theirs' AND NOT EXISTS (
                SELECT 1 FROM messages AS o
                WHERE o.organisation_id = c.organisation_id AND o.conversation_id = c.id
                    AND o.side <> 'theirs' AND o.at >= m.at)
        ORDER BY m.at, m.id LIMIT 1)
    WHERE c.state = 'attentive'
    """,
    """
    UPDATE conversations SET waiting_since = (
        SELECT w.started_at FROM waits AS w WHERE w.conversation_id = conversations.id)
    WHERE state = 'attentive'
    """,
)


def upgrade() -> None:
    op.create_table(
        "conversation_marks",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("after_at", store.UTCDateTime(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "conversation_id",
            "after_at",
            "after_id",
            name=op.f("pk_conversation_marks"),
        ),
    )
    op.create_table(
        "conversation_trail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("change", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("before", store.JSON, nullable=False),
        sa.Column("after", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_trail")),
    )
    with op.batch_alter_table("conversation_trail", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_trail_latest",
            ["organisation_id", "conversation_id", "at", "id"],
            unique=False,
        )

    op.create_table(
        "waits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", store.UTCDateTime(), nullable=False),
        sa.Column("ended_at", store.UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=20), nullable=True),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_waits")),
    )
    with op.batch_alter_table("waits", schema=None) as batch_op:
        batch_op.create_index(
            "ix_waits_conversation",
            ["organisation_id", "conversation_id", "started_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_waits_latest", ["organisation_id", "started_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_waits_open",
            ["organisation_id", "started_at", "id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sa.String(length=20), server_default="answered", nullable=False)
        )
        batch_op.add_column(sa.Column("marked_at", store.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("marked_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("marked_name", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("turn_at", store.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("turn_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("waiting_since", store.UTCDateTime(), nullable=True))
        batch_op.create_index(
            "ix_conversations_attentive",
            ["organisation_id", "archived", "last_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'attentive'"),
            postgresql_where=sa.text("state = 'attentive'"),
        )

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("side", sa.String(length=20), nullable=True))

    store.enable_row_security(op, "conversation_marks")
    store.enable_row_security(op, "conversation_trail")
    store.enable_row_security(op, "waits")
    for statement in FILL:
        op.execute(statement)
