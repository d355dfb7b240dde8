"""Jobs: work that takes longer than a call, as rows that survive whoever works on them.

A job runs in steps. A step first waits for whatever it must (a file, another service) outside any
transaction; then its effect, its place in the work and its progress are committed together. So a
process that is killed anywhere loses a step that had no effect, and none has its effect twice.

A service starts jobs with `rows.start`, says what its kinds do (`work.Kind`), and inherits from
`doors.JobDoors`, which has the calls and loops; its interface from `contracts.jobs.Jobs`. What is
told of them is in `messages`.
"""
