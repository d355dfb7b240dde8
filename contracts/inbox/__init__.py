"""The inbox: conversations, messages, timelines, templates and composing."""

from __future__ import annotations

from typing import ClassVar, Protocol

from ..files import HELD, Attachment, File, FilePicture, FileState, PictureSize
from ..jobs import Jobs
from ..persons import PersonHolder
from .assigning import Assigning
from .attaching import Attaching, FileLink, LinkSeconds
from .attention import Attention, TrailEntry, TrailPage, Wait, WaitEnd, WaitPage
from .bulk import (
    ContactFilter,
    ItineraryFilter,
    Mailing,
    MailingPage,
    MailingRecipient,
    MailingRecipientPage,
    MailingRecipientState,
    Mailings,
    MailingState,
    Selection,
    Whom,
)
from .chatting import AnswerWindow, Chatting, TypingChanged
from .comments import (
    Comment,
    CommentChanged,
    Commenting,
    CommentPage,
    StreamItem,
    StreamPage,
)
from .composing import Answered, Composing, Cost, Draft, Hint, Preview, Problem, Recipient
from .conversations import (
    Assignment,
    ByHand,
    Conversation,
    ConversationChanged,
    ConversationPage,
    Conversations,
    ConversationState,
    FollowUp,
)
from .drafts import DraftChanged, DraftPage, Drafts, SavedDraft
from .following_up import FollowingUp
from .history import History, ImportedMessage
from .labels import BulkResult, Label, LabelChanged, Labels, Refusal
from .merging import LinkChange, Merging
from .messages import (
    AuthorKind,
    ChatDetails,
    Delivery,
    Direction,
    ItineraryLink,
    LinkOrigin,
    Marks,
    MessageKind,
    MessagePage,
    MessageView,
    Reaction,
    Timelines,
)
from .moments import Anchor, LocalTime, RelativeTime, SendAt
from .paying import Paying
from .presence import Doing, Presence, PresenceChanged, Present
from .reading import ConversationCounts, Reading, ReadMarkChanged
from .scheduling import (
    ScheduleChanged,
    ScheduledMessage,
    ScheduledPage,
    ScheduleState,
    ScheduleStep,
    Scheduling,
)
from .searching import (
    Excerpt,
    FoundMessage,
    FoundPerson,
    FoundTrip,
    SearchHit,
    Searching,
    SearchKind,
    SearchPage,
)
from .sent import SentLog, SentMessage, SentMessagePage
from .templates import (
    Template,
    TemplatePreview,
    Templates,
    TemplateVariable,
    TemplateVersion,
    ValueSource,
)


class Inbox(
    Composing,
    Timelines,
    Conversations,
    Attention,
    Assigning,
    Reading,
    Commenting,
    Labels,
    Merging,
    Presence,
    Chatting,
    FollowingUp,
    Templates,
    Attaching,
    History,
    Searching,
    Scheduling,
    Drafts,
    Paying,
    Mailings,
    SentLog,
    Jobs,
    PersonHolder,
    Protocol,
):
    """What was said, to whom, about which trip; and the only door out."""

    service: ClassVar[str] = "inbox"


__all__ = [
    "HELD",
    "Anchor",
    "AnswerWindow",
    "Answered",
    "Assigning",
    "Assignment",
    "Attaching",
    "Attachment",
    "Attention",
    "AuthorKind",
    "BulkResult",
    "ByHand",
    "ChatDetails",
    "Chatting",
    "Comment",
    "CommentChanged",
    "CommentPage",
    "Commenting",
    "Composing",
    "ContactFilter",
    "Conversation",
    "ConversationChanged",
    "ConversationCounts",
    "ConversationPage",
    "ConversationState",
    "Conversations",
    "Cost",
    "Delivery",
    "Direction",
    "Doing",
    "Draft",
    "DraftChanged",
    "DraftPage",
    "Drafts",
    "Excerpt",
    "File",
    "FileLink",
    "FilePicture",
    "FileState",
    "FollowUp",
    "FollowingUp",
    "FoundMessage",
    "FoundPerson",
    "FoundTrip",
    "Hint",
    "History",
    "ImportedMessage",
    "Inbox",
    "ItineraryFilter",
    "ItineraryLink",
    "Label",
    "LabelChanged",
    "Labels",
    "LinkChange",
    "LinkOrigin",
    "LinkSeconds",
    "LocalTime",
    "Mailing",
    "MailingPage",
    "MailingRecipient",
    "MailingRecipientPage",
    "MailingRecipientState",
    "MailingState",
    "Mailings",
    "Marks",
    "Merging",
    "MessageKind",
    "MessagePage",
    "MessageView",
    "Paying",
    "PictureSize",
    "Presence",
    "PresenceChanged",
    "Present",
    "Preview",
    "Problem",
    "Reaction",
    "ReadMarkChanged",
    "Reading",
    "Recipient",
    "Refusal",
    "RelativeTime",
    "SavedDraft",
    "ScheduleChanged",
    "ScheduleState",
    "ScheduleStep",
    "ScheduledMessage",
    "ScheduledPage",
    "Scheduling",
    "SearchHit",
    "SearchKind",
    "SearchPage",
    "Searching",
    "Selection",
    "SendAt",
    "SentLog",
    "SentMessage",
    "SentMessagePage",
    "StreamItem",
    "StreamPage",
    "Template",
    "TemplatePreview",
    "TemplateVariable",
    "TemplateVersion",
    "Templates",
    "Timelines",
    "TrailEntry",
    "TrailPage",
    "TypingChanged",
    "ValueSource",
    "Wait",
    "WaitEnd",
    "WaitPage",
    "Whom",
]
