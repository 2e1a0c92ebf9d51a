import WebPages

extension StatePill {
    /// Whether a token takes webhooks.
    static func of(_ view: TokenView) -> StatePill {
        if view.token.state == .disabled { return StatePill(text: "Disabled", tone: .off) }
        return view.isServiceOffered
            ? StatePill(text: "Enabled", tone: .ok) : StatePill(text: "Service off", tone: .warn)
    }

    /// What became of a webhook.
    static func of(_ outcome: DeliveryOutcome) -> StatePill {
        switch outcome {
        case .published: StatePill(text: "Published", tone: .ok)
        case .repeated: StatePill(text: "Repeated", tone: .info)
        case .withheld: StatePill(text: "Not published", tone: .warn)
        case .refused: StatePill(text: "Refused", tone: .bad)
        }
    }

    /// What became of the last webhook.
    static func ofLast(_ outcome: TokenActivity.Last) -> StatePill {
        switch outcome {
        case .published: StatePill(text: "Published", tone: .ok)
        case .withheld: StatePill(text: "Not published", tone: .warn)
        case .refused: StatePill(text: "Refused", tone: .bad)
        }
    }
}
