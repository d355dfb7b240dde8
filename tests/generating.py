"""How Hypothesis makes examples here; a plugin of every test run.

Whether an example takes long says how busy the machine is, and no test judges that: a rule that
hangs ends by its test's time-out.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("fairlead", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fairlead")
