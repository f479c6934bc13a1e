"""Work that repeats: each job by its timetable, on one process at a time."""

from promptpulse.jobs.runner import Job, JobState, Runner

__all__ = ["Job", "JobState", "Runner"]
