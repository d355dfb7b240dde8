"""audit log and notifications"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Erasing a contact takes the words about it, and nothing else of an entry ever changes.
POSTGRESQL = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.words IS NULL AND NEW.searched IS NULL
        AND to_jsonb(NEW) - 'words' - 'searched' = to_jsonb(OLD) - 'words' - 'searched'
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'the audit log is only added to';
END $$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
"""
KEPT = (
    *("organisation_id", "id", "number", "at", "user_id", "user_name", "role", "remote"),
    *("request", "action", "entity", "entity_id", "about", "words_digest", "digest"),
)
SQLITE = (
    f"""
    CREATE TRIGGER audit_is_kept BEFORE UPDATE ON audit
    WHEN NOT (NEW.words IS NULL AND NEW.searched IS NULL
        AND {" AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)})
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
    """,
    """
    CREATE TRIGGER audit_is_not_emptied BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
    """,
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("remote", sa.String(length=100), nullable=True),
        sa.Column("request", sa.String(length=100), nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("entity", sa.String(length=80), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("words", store.JSON, nullable=True),
        sa.Column("searched", sa.Text(), nullable=True),
        sa.Column("words_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_about", ["organisation_id", "about"], unique=False)
        batch_op.create_index(
            "ix_audit_action", ["organisation_id", "action", "at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_audit_entity", ["organisation_id", "entity", "entity_id", "at", "id"], unique=False
        )
        batch_op.create_index("ix_audit_latest", ["organisation_id", "at", "id"], unique=False)
        batch_op.create_index("ix_audit_number", ["organisation_id", "number"], unique=True)
        batch_op.create_index(
            "ix_audit_user", ["organisation_id", "user_id", "at", "id"], unique=False
        )

    op.create_table(
        "audit_heads",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("target_entity", sa.String(length=40), nullable=True),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("read_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "user_id"],
            ["users.organisation_id", "users.id"],
            name=op.f("fk_notifications_organisation_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_notifications")),
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index("ix_notifications_at", ["at"], unique=False)
        batch_op.create_index(
            "ix_notifications_dedupe", ["organisation_id", "user_id", "dedupe_key"], unique=True
        )
        batch_op.create_index(
            "ix_notifications_latest", ["organisation_id", "user_id", "at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_notifications_unread",
            ["organisation_id", "user_id", "at", "id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    store.enable_row_security(op, "audit")
    store.enable_row_security(op, "audit_heads")
    store.enable_row_security(op, "notifications")
    statements = (POSTGRESQL,) if op.get_bind().dialect.name == "postgresql" else SQLITE
    for statement in statements:
        op.execute(statement)
