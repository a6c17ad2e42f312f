"""A customer has a home pod at every instant: checked when the transaction commits.

The exclusion constraint on ownership keeps spans apart; this trigger keeps them without a gap.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION customers_check_always_owned() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_customer bigint;
BEGIN
    IF TG_TABLE_NAME = 'customers_customer' THEN
        the_customer := NEW.id;
    ELSE
        the_customer := OLD.customer_id;
        IF NOT EXISTS (SELECT 1 FROM customers_customer WHERE id = the_customer) THEN
            RETURN NULL;
        END IF;
    END IF;
    IF (SELECT range_agg(period) FROM customers_ownership WHERE customer_id = the_customer)
       IS DISTINCT FROM '{(,)}'::tstzmultirange
       AND EXISTS (SELECT 1 FROM customers_customer WHERE id = the_customer)
    THEN
        RAISE EXCEPTION 'customer % would have no home pod at some instant', the_customer
            USING ERRCODE = 'check_violation', CONSTRAINT = 'customer_always_owned',
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER customer_always_owned
    AFTER INSERT ON customers_customer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION customers_check_always_owned();
CREATE CONSTRAINT TRIGGER ownership_leaves_no_gap
    AFTER UPDATE OR DELETE ON customers_ownership
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION customers_check_always_owned();
"""

BACKWARD = """
DROP TRIGGER customer_always_owned ON customers_customer;
DROP TRIGGER ownership_leaves_no_gap ON customers_ownership;
DROP FUNCTION customers_check_always_owned();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
