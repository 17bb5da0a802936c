"""What was published stays as it was: PostgreSQL itself refuses to change or delete it.

A version is made as a draft. As long as it is one it changes; then it only becomes retired. Whether
it takes two people is copied from the policy at that moment, so that no writer can leave it out.
"""

from django.db import migrations

KEEP = """
CREATE FUNCTION keep_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    life text[] := ARRAY['status', 'retired_at', 'retired_by'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status = 'draft' THEN
            RETURN NEW;
        END IF;
    ELSIF OLD.status = 'draft' THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        IF NEW.status = 'published' THEN
            SELECT second_person INTO NEW.needs_second FROM returns_returnpolicy WHERE id = NEW.policy_id;
        END IF;
        IF NEW.status IN ('draft', 'published') THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND OLD.status = 'published' AND NEW.status IN ('published', 'retired')
          AND to_jsonb(NEW) - life = to_jsonb(OLD) - life THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published policy version stays as it is: % refused', TG_OP
          USING ERRCODE = 'restrict_violation';
END $$
"""
TRIGGER = """
CREATE TRIGGER keep_published BEFORE INSERT OR UPDATE OR DELETE ON returns_policyversion
   FOR EACH ROW EXECUTE FUNCTION keep_published_version()
"""
ALWAYS = "ALTER TABLE returns_policyversion ENABLE ALWAYS TRIGGER keep_published"


class Migration(migrations.Migration):
    dependencies = [("returns", "0002_number_sequence")]
    operations = [
        migrations.RunSQL(
            [(KEEP.replace("%", "%%"), []), TRIGGER, ALWAYS],
            [
                "DROP TRIGGER keep_published ON returns_policyversion",
                "DROP FUNCTION keep_published_version()",
            ],
        ),
    ]
