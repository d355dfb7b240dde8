"""Read models: what a service keeps of others' entities, and how it is made anew from its source.

An entity is learnt from its event, or copied from the service whose it is, by the same function.
Copying walks the source in the order of ids; each step fetches a page outside any transaction, and
then commits together what it learnt, what it forgot and how far it is. So a process that is killed
leaves the read model where its last step ended, and events flow meanwhile.

A service lists its read models in a `models.ReadModels` and inherits from `doors.ProjectionDoors`.
The services that it copies from answer with `copying.page_of`.
"""
