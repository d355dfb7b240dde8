"""What tests of services stand on; shipped, so that every service has the same.

    databases    `store_url`, `store`: a test of a store runs on SQLite and on PostgreSQL
    migrations   that a package's history makes the tables which its code expects
    schema       `bring_up`: the newest schema for each test's database, without the history
    green        tests marked `green` run where eventlet has patched everything, as services do
    bus          `bus_uri`, `database_urls`: a test of a service runs on both transports and stores
    services     `hosted`: services under way inside the test, with fakes for those they ask

Eventlet patches a whole process and cannot be taken back, and the tools of the other tests do not
want it. So the plugin `green` hands the tests that bear its mark, one by one, to a second pytest,
whose process is patched from its first line; their reports come back as if they had run here. A
conftest above such tests has these lines (or pytest has `-p fairlead.testing.green` and
`-p fairlead.testing.bus`):

    from fairlead.testing.bus import bus_uri, database_urls
    from fairlead.testing.green import *

and a file of them begins with `pytestmark = pytest.mark.green`. To see one with a debugger, run
everything in the patched process: `python -m fairlead.testing.patched path/to/test.py --pdb`.
"""
