extension GitLabService {
    /// All events that GitLab documents, by their part of the topic, and what happened: the action, or for hooks of
    /// members, projects, subgroups and the whole instance the payload's `event_name` or `object_kind`.
    static let documentedEvents = DocumentedEvents(
        source: "gitlabhq/gitlabhq 017a6c12 (after GitLab 18.2), doc/user/project/integrations/webhook_events.md and "
            + "doc/administration/system_hooks.md; build is job before GitLab 9.3",
        date: "2026-11-30",
        """
        build
        confidential_issue open close reopen update
        confidential_note create update
        deployment
        emoji award revoke
        feature_flag
        issue open close reopen update
        job
        member user_add_to_group user_update_for_group user_remove_from_group user_access_request_to_group \
        user_access_request_denied_for_group user_access_request_revoked_for_group
        merge_request open close reopen update approved unapproved approval unapproval merge
        milestone create close reopen delete
        note create update
        pipeline
        project project_create project_destroy
        push
        release create update delete
        resource_access_token
        subgroup subgroup_create subgroup_destroy
        system group_create group_destroy group_rename gitlab_subscription_member_approval \
        gitlab_subscription_member_approvals key_create key_destroy merge_request project_create project_destroy \
        project_rename project_transfer project_update push repository_update tag_push \
        user_access_request_revoked_for_group user_access_request_revoked_for_project user_access_request_to_group \
        user_access_request_to_project user_add_to_group user_add_to_team user_create user_destroy user_failed_login \
        user_remove_from_group user_remove_from_team user_rename user_update_for_group user_update_for_team
        tag_push
        vulnerability
        wiki_page create update delete
        """)
}
