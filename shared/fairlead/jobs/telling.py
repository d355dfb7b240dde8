"""What who started a job is told when it has ended."""

from __future__ import annotations

from ..notices import Audience, NotificationKind, NotificationRaised, Target
from .messages import Job, JobState

_TITLES = {JobState.DONE: "Done", JobState.FAILED: "Failed"}


def notice_of(job: Job) -> NotificationRaised | None:
    """The news of a job that is done or has failed, for who started it; None for any other. Who
    cancelled one knows."""
    if job.started_by is None or job.finished_at is None or job.state not in _TITLES:
        return None
    counts = [f"{job.done} done"] if job.done else []
    counts += [f"{job.refused} refused"] if job.refused else []
    said = (f"{', '.join(counts)}." if counts else "", job.message)
    return NotificationRaised(
        kind=NotificationKind.JOB_FINISHED,
        to=Audience(users=[job.started_by]),
        title=f"{_TITLES[job.state]}: {job.label or job.kind}"[:200],
        text=" ".join(each for each in said if each)[:2000],
        target=Target(entity="job", id=job.id),
        dedupe_key=f"job_finished:{job.id}",
        at=job.finished_at,
    )
