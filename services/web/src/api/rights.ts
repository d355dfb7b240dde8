// Made by `make contracts` from contracts/rights.py.

export const RIGHTS = {
  READ: "read messages, contacts and itineraries",
  SEND_MESSAGES: "send messages",
  ORGANISE_MESSAGES: "link, archive and mark messages",
  EDIT_CONTACTS: "edit contacts",
  EDIT_ITINERARIES: "edit itineraries",
  EXPORT_CONTACTS: "export contacts",
  PERSONAL_DATA: "export and erase a person's data",
  RECORD_PAYMENTS: "record payments",
  MANAGE_FEEDS: "manage calendar feeds",
  VOID_PAYMENTS: "take back recorded payments",
  OWN_DRAFTS: "keep own drafts of messages",
  OWN_PROFILE: "change the own profile and tokens",
  EDIT_LABELS: "edit labels",
  WRITE_TEMPLATES: "write message templates",
  CONFIGURE_CHANNELS: "connect and configure channels",
  MANAGE_USERS: "manage users",
  CHANGE_SETTINGS: "change the organisation's settings",
  MANAGE_CREDITS: "top up credits and set their prices",
  READ_AUDIT: "read the audit log",
  MANAGE_WEBHOOKS: "manage webhooks",
  USE_SANDBOX: "use the sandbox",
} as const

/** A row of the rights table. */
export type RightName = keyof typeof RIGHTS
