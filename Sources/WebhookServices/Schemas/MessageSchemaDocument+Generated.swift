// Written by MessageSchemaDocumentTests from the files in deploy/schemas; not to be edited.

extension MessageSchemaDocument {
    /// All documents, in the order of their names.
    public static let all = [
        MessageSchemaDocument(
            name: "webhook2fedmsg.bitbucket.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.bitbucket.message_v1",
                  "title": "Webhook of Bitbucket Cloud or Data Center",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What Bitbucket Cloud or Data Center sent",
                      "type": "object",
                      "$comment": "https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "required": ["x-event-key"],
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"},
                        "x-event-key": {"description": "The event, such as repo:push", "type": "string"},
                        "x-request-uuid": {"description": "The delivery's id (Cloud)", "type": "string"},
                        "x-request-id": {"description": "The delivery's id (Data Center)", "type": "string"},
                        "x-hook-uuid": {"description": "The webhook's id (Cloud)", "type": "string"},
                        "x-attempt-number": {"description": "Which attempt this is (Cloud)", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.discourse.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.discourse.message_v1",
                  "title": "Webhook of Discourse",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["webhook_body", "webhook_headers"],
                  "properties": {
                    "webhook_body": {
                      "description": "What Discourse sent, without the texts of posts and chat messages",
                      "type": "object",
                      "$comment": "https://meta.discourse.org/t/49045"
                    },
                    "webhook_headers": {
                      "description": "HTTP headers that it came with",
                      "type": "object",
                      "required": ["X-Discourse-Instance", "X-Discourse-Event-Id", "X-Discourse-Event-Type", "X-Discourse-Event"],
                      "properties": {
                        "X-Discourse-Instance": {"description": "The forum's address", "type": "string"},
                        "X-Discourse-Event-Id": {"description": "The event's id", "type": "string"},
                        "X-Discourse-Event-Type": {"description": "The event's type, such as post", "type": "string"},
                        "X-Discourse-Event": {"description": "The event, such as post_created", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.dockerhub.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.dockerhub.message_v1",
                  "title": "Webhook of Docker Hub",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What Docker Hub sent, without callback_url, which lets its holder act",
                      "type": "object",
                      "$comment": "https://docs.docker.com/docker-hub/repos/manage/webhooks/"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.forgejo.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.forgejo.message_v1",
                  "title": "Webhook of Forgejo",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What Forgejo sent",
                      "type": "object",
                      "$comment": "https://forgejo.org/docs/latest/user/webhooks/"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "required": ["x-forgejo-event", "x-forgejo-delivery"],
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"},
                        "x-forgejo-event": {"description": "The event, such as push", "type": "string"},
                        "x-forgejo-event-type": {"description": "The event, more finely told", "type": "string"},
                        "x-forgejo-delivery": {"description": "The delivery's id", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.generic.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.generic.message_v1",
                  "title": "Webhook of a service that the server's configuration describes",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What a service that the server's configuration describes sent",
                      "type": "object"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.gitea.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.gitea.message_v1",
                  "title": "Webhook of Gitea",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What Gitea sent",
                      "type": "object",
                      "$comment": "https://docs.gitea.com/usage/webhooks"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "required": ["x-gitea-event", "x-gitea-delivery"],
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"},
                        "x-gitea-event": {"description": "The event, such as push", "type": "string"},
                        "x-gitea-event-type": {"description": "The event, more finely told", "type": "string"},
                        "x-gitea-delivery": {"description": "The delivery's id", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.github.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.github.message_v1",
                  "title": "Webhook of GitHub",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What GitHub sent",
                      "type": "object",
                      "$comment": "https://docs.github.com/webhooks/webhook-events-and-payloads"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "required": ["x-github-event", "x-github-delivery"],
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"},
                        "x-github-event": {"description": "The event, such as push", "type": "string"},
                        "x-github-delivery": {"description": "The delivery's id", "type": "string"},
                        "x-github-hook-id": {"description": "The webhook's id", "type": "string"},
                        "x-github-hook-installation-target-id": {"description": "Where the webhook is set up: its id", "type": "string"},
                        "x-github-hook-installation-target-type": {"description": "The same: repository, organization, …", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.gitlab.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.gitlab.message_v1",
                  "title": "Webhook of GitLab",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What GitLab sent",
                      "type": "object",
                      "$comment": "https://docs.gitlab.com/user/project/integrations/webhook_events/"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "required": ["x-gitlab-event", "x-gitlab-webhook-uuid", "x-gitlab-event-uuid"],
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"},
                        "x-gitlab-event": {"description": "The event, such as Push Hook", "type": "string"},
                        "x-gitlab-webhook-uuid": {"description": "The webhook's id", "type": "string"},
                        "x-gitlab-event-uuid": {"description": "The event's id", "type": "string"},
                        "x-gitlab-instance": {"description": "The instance's address", "type": "string"},
                        "idempotency-key": {"description": "The delivery's id", "type": "string"},
                        "webhook-id": {"description": "The same, signed", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.pagure.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.pagure.message_v1",
                  "title": "Webhook of Pagure",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What Pagure sent",
                      "type": "object",
                      "$comment": "https://docs.pagure.org/pagure/usage/using_webhooks.html"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "required": ["x-pagure-topic"],
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"},
                        "x-pagure-topic": {"description": "The event, such as issue.new", "type": "string"},
                        "x-pagure-project": {"description": "The project", "type": "string"},
                        "x-pagure": {"description": "The instance", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.pretix.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.pretix.message_v1",
                  "title": "Webhook of Pretix",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What Pretix sent, and instance_url, attendee_name and code, which the server adds",
                      "type": "object",
                      "$comment": "https://docs.pretix.eu/dev/api/webhooks.html"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.quay.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.quay.message_v1",
                  "title": "Webhook of Quay.io",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What Quay.io sent",
                      "type": "object",
                      "$comment": "https://docs.quay.io/guides/notifications.html"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.sentry.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.sentry.message_v1",
                  "title": "Webhook of Sentry",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What Sentry sent",
                      "type": "object",
                      "$comment": "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "required": ["sentry-hook-resource"],
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"},
                        "sentry-hook-resource": {"description": "What it is about, such as issue", "type": "string"},
                        "request-id": {"description": "The delivery's id", "type": "string"},
                        "sentry-hook-timestamp": {"description": "When it was sent: seconds since 1970", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.standard.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.standard.message_v1",
                  "title": "Webhook of a service that keeps to Standard Webhooks",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What a service that keeps to Standard Webhooks sent",
                      "type": "object",
                      "$comment": "https://www.standardwebhooks.com"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "required": ["webhook-id", "webhook-timestamp"],
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"},
                        "webhook-id": {"description": "The delivery's id", "type": "string"},
                        "webhook-timestamp": {"description": "When it was sent: seconds since 1970", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
        MessageSchemaDocument(
            name: "webhook2fedmsg.weblate.message_v1",
            json: #"""
                {
                  "$schema": "http://json-schema.org/draft-07/schema#",
                  "$id": "urn:fedora-messaging:webhook2fedmsg.weblate.message_v1",
                  "title": "Webhook of Weblate",
                  "description": "A Fedora message: a webhook's payload as it came, and what the server knows of it.",
                  "type": "object",
                  "required": ["body", "headers", "agent"],
                  "properties": {
                    "body": {
                      "description": "What Weblate sent",
                      "type": "object",
                      "$comment": "https://docs.weblate.org/en/latest/admin/addons.html"
                    },
                    "headers": {
                      "description": "HTTP headers that it came with; names in lower case",
                      "type": "object",
                      "required": ["webhook-id", "webhook-timestamp"],
                      "properties": {
                        "content-type": {"description": "The payload's content type as it came", "type": "string"},
                        "user-agent": {"description": "The sender's program", "type": "string"},
                        "webhook-id": {"description": "The delivery's id", "type": "string"},
                        "webhook-timestamp": {"description": "When it was sent: seconds since 1970", "type": "string"}
                      },
                      "additionalProperties": {"type": "string"}
                    },
                    "agent": {
                      "description": "The Fedora account of whoever caused it, where the server knows it",
                      "type": ["string", "null"]
                    }
                  }
                }

                """#),
    ]
}
