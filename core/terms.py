"""Every closed list of the domain: the value stored, the words shown."""

from enum import StrEnum
from typing import Any

from core.i18n import lazy


class Term(StrEnum):
    """A value of a closed list with its words in the reader's language."""

    label: Any

    def __new__(cls, value: str, label: Any = "") -> "Term":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Role(Term):
    """What an account may do; the title an organisation uses for it is data (`members.words`)."""

    SECRETARY = "secretary", lazy("Secretary")
    COMMITTEE = "committee_member", lazy("Committee member")
    MEMBER = "member", lazy("Member")


class OrganisationKind(Term):
    """What kind of organisation it is; decides its words."""

    PARTY_BRANCH = "party_branch", lazy("Party branch")
    UNION = "union", lazy("Union group")
    ASSOCIATION = "association", lazy("Association")
    VILLAGE = "village", lazy("Village committee")


class MemberCategory(Term):
    """How a person belongs to the organisation."""

    FULL = "full", lazy("Full member")
    PROBATIONARY = "probationary", lazy("Probationary member")
    APPLICANT = "applicant", lazy("Applicant")
    NONE = "none", lazy("Not a member")


class Standing(Term):
    """Whether a person is at work; told beside coverage, never a reason to drop someone silently."""

    ACTIVE = "active", lazy("In post")
    SICK = "sick", lazy("On sick leave")
    AWAY = "away", lazy("Away for long")
    RETIRED = "retired", lazy("Retired")
    REHIRED = "rehired", lazy("Rehired after retirement")
    LEFT = "left", lazy("Left")


class Visibility(Term):
    """Who may read a talk's notes."""

    INTERVIEWER = "interviewer", lazy("Interviewer only")
    SECRETARY = "secretary", lazy("Interviewer and secretary")
    COMMITTEE = "committee", lazy("Committee")


class TalkMode(Term):
    """How a talk was held."""

    IN_PERSON = "in_person", lazy("In person")
    HOME_VISIT = "home_visit", lazy("Home visit")
    WALK_ROUND = "walk_round", lazy("Walk-round")
    PHONE = "phone", lazy("By telephone")


class TalkState(Term):
    """How far a talk has come."""

    PLANNED = "planned", lazy("Planned")
    RECORDED = "recorded", lazy("Recorded")


class Audience(Term):
    """A circle of readers that shares a key."""

    SECRETARY = "secretary", lazy("The secretaries")
    COMMITTEE = "committee", lazy("The committee")


class EventState(Term):
    """What became of an event that calls for a talk."""

    OPEN = "open", lazy("Waiting for a talk")
    ANSWERED = "answered", lazy("Talk held")
    DISMISSED = "dismissed", lazy("No talk, with a reason")


class CorrectionState(Term):
    """What became of a member's correction to the record of the talk with him or her."""

    OPEN = "open", lazy("Waiting for the writer")
    TAKEN = "taken", lazy("Taken into the record")
    DECLINED = "declined", lazy("Not taken, with a reason")


class FollowUpState(Term):
    """What became of a promise."""

    OPEN = "open", lazy("Still open")
    KEPT = "kept", lazy("Kept")
    REFUSED = "refused", lazy("Cannot be done")


class InvestigationState(Term):
    """How far an investigation has come."""

    OPEN = "open", lazy("Under way")
    CLOSED = "closed", lazy("Closed")


class SurveyState(Term):
    """How far a survey has come."""

    DRAFT = "draft", lazy("Draft")
    OPEN = "open", lazy("Open for answers")
    CLOSED = "closed", lazy("Closed")


class Access(Term):
    """Who may answer a survey."""

    CODES = "codes", lazy("Everybody with a code, once")
    LINK = "link", lazy("Everybody with the link")


class Secrecy(Term):
    """What is ever shown of a survey's answers; respondents are told before they answer, and it never changes after."""

    ANONYMOUS = "anonymous", lazy("Anonymous: only counts are shown")
    ROWS = "rows", lazy("Without names, but each answer may be read as a whole")


class Split(Term):
    """What is taken apart when the box of an anonymous survey is opened."""

    NONE = "none", lazy("Answers stay whole")
    TEXTS = "texts", lazy("Everything written in words is stored apart from the rest")
    ALL = "all", lazy("Every question is stored by itself")


class Channel(Term):
    """The door a response came through."""

    PHONE = "phone", lazy("Phone")
    COMPUTER = "computer", lazy("Computer")
    PAPER = "paper", lazy("Paper")
    IMPORTED = "imported", lazy("Imported")


class SourceKind(Term):
    """Where an excerpt comes from."""

    SURVEY = "survey", lazy("Survey")
    TALK = "talk", lazy("Talk")
    MEETING = "meeting", lazy("Meeting")


class ActionState(Term):
    """How far an action has come."""

    NOT_STARTED = "not_started", lazy("Not started")
    UNDER_WAY = "under_way", lazy("In hand")
    DONE = "done", lazy("Done")
    CLOSED = "closed", lazy("Checked and closed")
    CANNOT = "cannot", lazy("Cannot be done for now")


class ExcerptKind(Term):
    """What a passage does."""

    CONCERN = "concern", lazy("Concern")
    SUGGESTION = "suggestion", lazy("Suggestion")
    PRAISE = "praise", lazy("Praise")
    COMMITMENT = "commitment", lazy("Commitment")
    INFO = "info", lazy("Information")


class ReplyClass(Term):
    """How soon a concern must be answered; the days are rules."""

    ORDINARY = "ordinary", lazy("Ordinary")
    URGENT = "urgent", lazy("Urgent")
    SPECIAL = "special", lazy("Special")
    OUT_OF_SCOPE = "out_of_scope", lazy("Not ours to settle")


class ReplyOutcome(Term):
    """What a reply tells: how far the concern is settled."""

    SETTLED = "settled", lazy("Settled")
    PLANNED = "planned", lazy("Being done, with a date")
    LATER = "later", lazy("Later, for lack of means")
    CANNOT = "cannot", lazy("Cannot be done, and why")


class ReplyState(Term):
    """How far a reply has come."""

    DRAFT = "draft", lazy("Draft")
    WAITING = "waiting", lazy("Waiting for a second person")
    PUBLISHED = "published", lazy("Published")
    WITHDRAWN = "withdrawn", lazy("Taken off the board")


class BoardAccess(Term):
    """Who may read the board."""

    MEMBERS = "members", lazy("Members who sign in")
    LINK = "link", lazy("Everybody who has the board’s link")


class ReportStyle(Term):
    """The printed shape of a report."""

    GONGWEN = "gongwen", lazy("Investigation report (official layout)")
    SUMMARY = "summary", lazy("Research summary")


class FileFormat(Term):
    """A kind of file a report is written as."""

    PDF = "pdf", lazy("PDF")
    DOCX = "docx", lazy("Word document")
    HTML = "html", lazy("Web page")
    MARKDOWN = "md", lazy("Markdown")


class PdfVariant(Term):
    """What a PDF promises beyond being one."""

    ACCESSIBLE = "pdf/ua-1", lazy("Accessible (PDF/UA-1)")
    ARCHIVE = "pdf/a-2b", lazy("For the archive (PDF/A-2b)")
    ARCHIVE_WITH_DATA = "pdf/a-3b", lazy("For the archive, with its data inside (PDF/A-3b)")


class JobState(Term):
    """How far a background job has come."""

    WAITING = "waiting", lazy("Waiting")
    RUNNING = "running", lazy("Running")
    DONE = "done", lazy("Done")
    FAILED = "failed", lazy("Failed")
    CANCELLED = "cancelled", lazy("Cancelled")


class ChainFault(Term):
    """What a walk along the audit trail finds wrong."""

    CHANGED = "changed", lazy("This line was changed after it was written")
    GAP = "gap", lazy("Lines before this one are missing")
    MOVED = "moved", lazy("This line does not follow the line before it: one of them was replaced or moved")
    TWICE = "twice", lazy("This number is there twice, or out of order")
    CUT = "cut", lazy("The last lines are missing; the trail should end with this number")
    HEAD = "head", lazy("The trail goes on after its kept end, or its kept end was changed")
    OUTSIDE = "outside", lazy("So many lines were added past the product")


class Weight(Term):
    """How much a finding of the self-check matters."""

    TROUBLE = "trouble", lazy("Needs help now")
    WARNING = "warning", lazy("Should be seen to")


class TrailKind(Term):
    """What a line of the operations record is about."""

    ACCOUNTS = "accounts", lazy("Accounts and keys")
    ORGANISATION = "organisation", lazy("Organisation and members")
    SURVEYS = "surveys", lazy("Investigations and surveys")
    TALKS = "talks", lazy("Talks")
    CONCERNS = "concerns", lazy("Concerns and replies")
    REPORTS = "reports", lazy("Reports")
