"""who contacts are now: after several merges, and in which company

`merged_into` is from now on who a contact is part of in the end, and `employer_id` what somebody's
company is part of.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("employer_id", sa.Uuid(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_contacts_organisation_id_company_id"))
        batch_op.create_index(
            batch_op.f("ix_contacts_organisation_id_employer_id_id"),
            ["organisation_id", "employer_id", "id"],
            unique=False,
        )
    connection = op.get_bind()
    row, end = _CONTACTS.alias("row"), _CONTACTS.alias("end")
    further = sa.select(row.c.organisation_id, row.c.id, end.c.merged_into).where(
        end.c.organisation_id == row.c.organisation_id,
        end.c.id == row.c.merged_into,
        end.c.merged_into.is_not(None),
    )
    while found := connection.execute(further).all():
        for organisation, id, into in found:
            connection.execute(_of(organisation, id).values(merged_into=into))
    now = sa.select(sa.func.coalesce(end.c.merged_into, end.c.id)).where(
        end.c.organisation_id == _CONTACTS.c.organisation_id, end.c.id == _CONTACTS.c.company_id
    )
    connection.execute(
        sa.update(_CONTACTS)
        .where(_CONTACTS.c.company_id.is_not(None))
        .values(employer_id=now.scalar_subquery())
    )


def _of(organisation: object, id: object) -> sa.Update:
    table = _CONTACTS
    return sa.update(table).where(table.c.organisation_id == organisation, table.c.id == id)


_CONTACTS = sa.table(
    "contacts",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("merged_into", sa.Uuid()),
    sa.column("company_id", sa.Uuid()),
    sa.column("employer_id", sa.Uuid()),
)
