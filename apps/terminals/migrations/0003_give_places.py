from django.db import migrations

# Usable secrets take the two places, the newest first; a third, older one has been replaced twice
# and ends here. Every profile may from now on renew the register's own key.
GIVE_PLACES = """
WITH placed AS (
    SELECT id, row_number() OVER (PARTITION BY terminal_id ORDER BY created_at DESC) AS place
      FROM terminals_credential WHERE status <> 'revoked')
UPDATE terminals_credential c
   SET slot = CASE WHEN p.place <= 2 THEN p.place END,
       status = CASE WHEN p.place <= 2 THEN c.status ELSE 'revoked' END,
       revoked_at = CASE WHEN p.place <= 2 THEN NULL ELSE now() END
  FROM placed p WHERE p.id = c.id
"""

MAY_RENEW = """
UPDATE terminals_terminalprofile SET scopes = array_prepend('self', scopes)
 WHERE NOT 'self' = ANY (scopes)
"""

# Registers that worked without a limit go on so; an administrator may set one.
AS_BEFORE = "UPDATE terminals_terminalprofile SET rate_per_second = 0, burst = 0"


class Migration(migrations.Migration):
    dependencies = [("terminals", "0002_signed_identity")]

    operations = [
        migrations.RunSQL(GIVE_PLACES, migrations.RunSQL.noop),
        migrations.RunSQL(MAY_RENEW, migrations.RunSQL.noop),
        migrations.RunSQL(AS_BEFORE, migrations.RunSQL.noop),
    ]
