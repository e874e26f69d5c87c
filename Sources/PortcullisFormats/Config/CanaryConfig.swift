package import PortcullisCore
package import PortcullisGate

/// What `policy.canary` says: when to decide what, and whom to call then.
package struct CanaryConfig: Sendable, Hashable {
  package var policy: CanaryPolicy
  /// Expected requests an hour, of both arms together; nil where nobody wrote it.
  package var requestsPerHour: Int?
  package var contacts: CanaryContacts

  package init(policy: CanaryPolicy, requestsPerHour: Int? = nil, contacts: CanaryContacts = CanaryContacts()) {
    self.policy = policy
    self.requestsPerHour = requestsPerHour
    self.contacts = contacts
  }
}

/// Whom a canary calls. Who is absent is not called; everything is recorded all the same.
package struct CanaryContacts: Sendable, Hashable {
  /// What a canary does to the traffic.
  package enum Action: String, Sendable, Hashable, CaseIterable {
    case rollback, advance, promote, hold
  }

  package var actions: [Action: Destination]
  /// Alerts for the dashboard are sent nowhere.
  package var alerts: [CanaryAlert.Tier: Destination]

  package init(actions: [Action: Destination] = [:], alerts: [CanaryAlert.Tier: Destination] = [:]) {
    self.actions = actions
    self.alerts = alerts
  }
}

extension CanaryContacts {
  /// As a canary keeps them: a config that changes later changes no running canary.
  package var json: JSON {
    .object([
      ("actions", .object(Action.allCases.compactMap { action in actions[action].map { (action.rawValue, $0.json) } })),
      ("alerts", .object(CanaryAlert.Tier.allCases.compactMap { tier in alerts[tier].map { (tier.rawValue, $0.json) } })),
    ])
  }

  /// Reads what `json` writes; nil for anything else.
  package init?(_ json: JSON) {
    self.init()
    guard let actions = json["actions"]?.object, let alerts = json["alerts"]?.object else { return nil }
    for member in actions.members {
      guard let action = Action(rawValue: member.name), let destination = Destination(member.value) else { return nil }
      self.actions[action] = destination
    }
    for member in alerts.members {
      guard let tier = CanaryAlert.Tier(rawValue: member.name), let destination = Destination(member.value) else { return nil }
      self.alerts[tier] = destination
    }
  }
}
