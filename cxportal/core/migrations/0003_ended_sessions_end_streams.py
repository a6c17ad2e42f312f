"""When a session is deleted (sign-out, ended by its owner, deactivation, clean-up) its streams hear of it."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION cxportal_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('cxportal', json_build_object(
        't', json_build_array('session:' || encode(sha256(convert_to(OLD.session_key, 'UTF8')), 'hex')),
        'e', 'access', 'i', json_build_object())::text);
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS cxportal_session_ended ON django_session;
CREATE TRIGGER cxportal_session_ended AFTER DELETE ON django_session
    FOR EACH ROW EXECUTE FUNCTION cxportal_session_ended();
"""
BACKWARD = """
DROP TRIGGER IF EXISTS cxportal_session_ended ON django_session;
DROP FUNCTION IF EXISTS cxportal_session_ended();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_context_before_tracked_rows"), ("sessions", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
