"""What each action of the audit trail is in FHIR's words, after the patterns of IHE BALP.

The trail keeps the house's own words ("prescribe", "search-patients"); over FHIR each has a type,
a subtype and one of the letters create, read, update, delete, execute.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Letter: TypeAlias = Literal["C", "R", "U", "D", "E"]

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
EVENT = "http://terminology.hl7.org/CodeSystem/audit-event-type"
REST = "http://hl7.org/fhir/restful-interaction"
LIFECYCLE = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"

Code: TypeAlias = tuple[str, str, str]  # system, code, display


@dataclass(frozen=True)
class Kind:
    """What sort of event an action is.

    Attributes:
        letter: AuditEvent.action.
        type: AuditEvent.type.
        subtype: AuditEvent.subtype.
        word: What a person reads, one of ``WORDS``.
    """

    letter: Letter
    type: Code
    subtype: Code
    word: str


RESTFUL: Code = (EVENT, "rest", "RESTful Operation")
EXPORTED: Code = (DICOM, "110106", "Export")
IMPORTED: Code = (DICOM, "110107", "Import")
AUTHENTICATION: Code = (DICOM, "110114", "User Authentication")
SECURITY: Code = (DICOM, "110113", "Security Alert")
APPLICATION: Code = (DICOM, "110100", "Application Activity")


def _rest(code: str, display: str) -> Code:
    return (REST, code, display)


READ = Kind("R", RESTFUL, _rest("read", "read"), "read")
VREAD = Kind("R", RESTFUL, _rest("vread", "vread"), "read")
HISTORY = Kind("R", RESTFUL, _rest("history", "history"), "read")
SEARCH = Kind("E", RESTFUL, _rest("search", "search"), "search")
CREATE = Kind("C", RESTFUL, _rest("create", "create"), "create")
UPDATE = Kind("U", RESTFUL, _rest("update", "update"), "update")
PATCH = Kind("U", RESTFUL, _rest("patch", "patch"), "update")
DELETE = Kind("D", RESTFUL, _rest("delete", "delete"), "delete")
OPERATION = Kind("E", RESTFUL, _rest("operation", "operation"), "other")
EVERYTHING = Kind("R", RESTFUL, _rest("operation", "operation"), "export")
BUNDLE = Kind("U", RESTFUL, _rest("transaction", "transaction"), "update")
EXPORT = Kind("R", EXPORTED, (LIFECYCLE, "extract", "Extract Record Lifecycle Event"), "export")
PRINT = Kind(
    "R", EXPORTED, (LIFECYCLE, "report", "Report (output) Record Lifecycle Event"), "print"
)
DISCLOSE = Kind(
    "R", EXPORTED, (LIFECYCLE, "disclose", "Disclose Record Lifecycle Event"), "disclose"
)
IMPORT = Kind(
    "C", IMPORTED, (LIFECYCLE, "receive", "Receive/Retain Record Lifecycle Event"), "import"
)
SIGN = Kind("U", RESTFUL, (LIFECYCLE, "attest", "Attest Record Lifecycle Event"), "sign")
VERIFY = Kind("U", RESTFUL, (LIFECYCLE, "verify", "Verify Record Lifecycle Event"), "sign")
LOGIN = Kind("E", AUTHENTICATION, (DICOM, "110122", "Login"), "sign-in")
LOGOUT = Kind("E", AUTHENTICATION, (DICOM, "110123", "Logout"), "sign-out")
ACCOUNT = Kind("U", SECURITY, (DICOM, "110137", "User Security Attributes Changed"), "admin")
ROLES = Kind("U", SECURITY, (DICOM, "110136", "Security Roles Changed"), "admin")
OPENED = Kind("U", SECURITY, (DICOM, "110129", "Security Configuration"), "admin")
SETTING = Kind("U", SECURITY, (DICOM, "110131", "Software Configuration"), "admin")
EMERGENCY = Kind("E", SECURITY, (DICOM, "110127", "Emergency Override Started"), "break-glass")
EMERGENCY_OVER = Kind("E", SECURITY, (DICOM, "110138", "Emergency Override Stopped"), "break-glass")
LABELLED = Kind("U", SECURITY, (DICOM, "110135", "Object Security Attributes Changed"), "admin")
USED = Kind("R", SECURITY, (DICOM, "110101", "Audit Log Used"), "audit")
# A page that was refused is noted under its name; so are acts that nobody put into the table.
ANY = Kind("E", APPLICATION, (DICOM, "110132", "Use of Restricted Function"), "other")

ACTIONS: dict[Kind, tuple[str, ...]] = {
    READ: (
        "read", "read-identity", "worklist", "ward", "day-list", "inbox", "round", "list-uploads",
        "list-unassigned", "list-sync", "read-sync", "drafts",
    ),
    VREAD: ("vread",),
    HISTORY: ("history",),
    SEARCH: ("search", "search-patients"),
    CREATE: (
        "create", "register", "record-vitals", "record-allergy", "record-vaccine",
        "record-procedure", "record-relative", "record-medicine", "record-social-history",
        "record-pregnancy-status", "diagnose", "order", "plan", "set-goal", "follow-up",
        "raise-flag", "file-document", "book", "admit", "move-in", "administer", "enter-result",
        "enter-report", "collect-specimen", "post-reading", "open-recording", "store-file",
        "state-no-known-allergies", "start", "cover-start", "start-draft", "record-death",
    ),
    UPDATE: (
        "update", "update-observation", "entered-in-error", "enter-in-error", "resolve", "reopen",
        "refute", "withdraw", "stop", "hold", "resume", "renew", "end", "end-statement", "end-plan",
        "end-goal", "end-flag", "revise-plan", "revise-goal", "revise-follow-up", "revoke-order",
        "complete-order", "correct-result", "correct-report", "cancel", "transfer", "move-out",
        "discharge", "move", "move-wearing", "attach", "detach", "close-recording", "reconcile",
        "reconcile-medicines", "promote", "cover-end", "upload", "arrive", "seen", "no-show",
        "finish", "retract-death", "close-draft", "discard-draft",
        "restore-draft", "drop-parked-text", "follow-up-accepted", "follow-up-in-progress",
        "follow-up-completed", "follow-up-cancelled", "result-seen", "result-acted",
        "result-closed", "result-taken-over",
    ),
    PATCH: ("patch",),
    DELETE: ("delete",),
    BUNDLE: ("transaction", "batch"),
    OPERATION: ("validate", "fhir"),
    EVERYTHING: ("everything",),
    EXPORT: ("export", "backup"),
    PRINT: ("print",),
    DISCLOSE: ("disclose",),
    IMPORT: ("import", "import-recording"),
    SIGN: ("sign-note", "prescribe"),
    VERIFY: ("accept",),
    LOGIN: ("sign-in", "unlock", "second-factor", "client-sign-in", "token", "token-use"),
    LOGOUT: ("sign-out", "lock"),
    ACCOUNT: (
        "create-user", "update-user", "password-change", "second-factor-add",
        "second-factor-remove", "second-factor-reset", "recovery-codes", "end-session",
        "forgive-attempts", "password-given",
    ),
    ROLES: ("set-memberships",),
    OPENED: (
        "register-client", "change-client", "renew-client-secret", "switch-off-client",
        "switch-on-client", "rotate-key", "revoke-keys", "rotate-secrets", "sync-register",
        "sync-change", "sync-choose", "sync-confirm", "sync-credentials", "sync-decide",
        "sync-retry", "sync-withdraw",
    ),
    SETTING: (
        "set-note-template", "create-concept", "update-concept", "create-medicine",
        "update-medicine", "restore", "backup-verify",
    ),
    EMERGENCY: ("break-glass",),
    EMERGENCY_OVER: ("end-break-glass",),
    LABELLED: (
        "restrict", "end-restriction", "label", "add-to-care-team", "take-out-of-care-team",
    ),
    USED: ("audit-read", "access-reviews", "access-review", "review-break-glass"),
    ANY: ("unknown",),
}  # fmt: skip
_KINDS = {action: kind for kind, actions in ACTIONS.items() for action in actions}


def kind_of(action: str) -> Kind:
    """What sort of event ``action`` is.

    >>> kind_of("prescribe").word
    'sign'
    """
    return _KINDS.get(action, ANY)


def actions_where(**wanted: str) -> list[str]:
    """The actions whose letter, type, subtype or word is the one asked for.

    >>> actions_where(word="print")
    ['print']
    """
    return [
        action
        for action, kind in _KINDS.items()
        if all(_code(getattr(kind, name)) == value for name, value in wanted.items())
    ]


def _code(said: Code | str) -> str:
    return said if isinstance(said, str) else said[1]
