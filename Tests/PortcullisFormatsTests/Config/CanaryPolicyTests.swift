import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisFormats

/// A config whose canary has these lines, from line 3 and column 5 on.
private func withCanary(_ lines: String...) -> String {
  (["policy:", "  canary:"] + lines.map { "    " + $0 }).joined(separator: "\n") + "\n"
}

@Test func everyWordOfACanaryIsRead() throws {
  let project = try ConfigProject(
    """
    policy:
      error_rates: {wrong_fail: 2%, wrong_pass: 1%}
      canary:
        traffic: [2%, 0.10, 50%]
        bake: [6h, 12h, 1d]
        deadline: 4d
        on_timeout: hold
        rollback_margin: 1%
        requests_per_hour: 2k
        max_lost: 1%
        late_window: 30m
        unit: {session: {requests: 5, age: 20m}}
        rules:
          - no-regression: {margin: 3%, slices: [segment, type], slice_margin: 10%}
          - error-rate: {max: 4%}
          - latency: {limit: 2s, quantile: 99%}
          - tail: {floor: 0.3, max_share: 1%}
          - cost-per-request: {increase: 30%, advisory: true}
          - cache-hit
        alerts:
          page: [error-rate: {max: 6%}, quality: {drop: 8%}]
          dashboard: [cost]
          to: {page: {webhook: {env: PAGER}, token: {env: PAGER_TOKEN}}, ticket: {webhook: "https://tickets.example.com/new/"}}
        actions:
          rollback: {webhook: {env: ROLLBACK_URL}}
          advance: {command: [./shift.sh, 5%, 7]}

    """)
  let canary = try project.load().canary
  let policy = CanaryPolicy(
    stages: [CanaryStage(share: 0.02, bake: 6), CanaryStage(share: 0.1, bake: 12), CanaryStage(share: 0.5, bake: 24)], deadline: 96,
    onTimeout: .hold,
    rules: [
      CanaryPolicyRule(.noRegression(CanaryRegressionRule(margin: 0.03, slices: [.segment, .type], sliceMargin: 0.10))),
      CanaryPolicyRule(.errorRate(ErrorRateRule(max: 0.04))),
      CanaryPolicyRule(.latency(LatencyRule(quantile: 0.99, limit: .absolute(.seconds(2))))),
      CanaryPolicyRule(.tail(CanaryTailRule(floor: 0.3, maxShare: 0.01))),
      CanaryPolicyRule(.costPerRequest(CanaryCostRule(increase: 0.3)), advisory: true),
      CanaryPolicyRule(.cacheHit(CacheHitRule(margin: 0.05))),
    ], unit: .session(SessionLimits(requests: 5, age: 1.0 / 3)), rollbackMargin: 0.01, wrongPass: 0.01, wrongFail: 0.02, maxLost: 0.01,
    lateWindow: 0.5,
    alerts: [
      CanaryAlert(.errorRate(max: 0.06), tier: .page), CanaryAlert(.quality(drop: 0.08), tier: .page),
      CanaryAlert(.cost(increase: 0.2), tier: .dashboard), CanaryAlert(.cacheHits(drop: 0.05), tier: .ticket),
    ])
  #expect(canary.policy == policy)
  #expect(canary.requestsPerHour == 2000)
  let folder = try ProjectFiles(root: project.folder).root
  #expect(
    canary.contacts
      == CanaryContacts(
        actions: [
          .rollback: .webhook(Webhook(.variable("ROLLBACK_URL"))), .advance: .command(["./shift.sh", "5%", "7"], folder: folder),
        ],
        alerts: [
          .page: .webhook(Webhook(.variable("PAGER"), tokenVariable: "PAGER_TOKEN")),
          .ticket: .webhook(Webhook(.url("https://tickets.example.com/new/"))),
        ]))
}

@Test func withoutACanaryTheDefaultOneDecides() throws {
  let canary = try ConfigProject("policy: {error_rates: {wrong_pass: 1%}}\n").load().canary
  var expected = CanaryPolicy.standard
  expected.wrongPass = 0.01
  #expect(canary == CanaryConfig(policy: expected))
  #expect(canary.policy.isDefault)
}

@Test func whatIsNotWrittenIsTheDefault() throws {
  let canary = try ConfigProject("policy: {canary: {traffic: 5%}}\n").load().canary
  #expect(canary.policy.stages == [CanaryStage(share: 0.05, bake: 24)])
  #expect(canary.policy.deadline == 72 && canary.policy.onTimeout == .rollback && !canary.policy.isDefault)
  #expect(canary.policy.rules == CanaryPolicy.standard.rules && canary.policy.alerts == CanaryAlert.standard)
}

@Test func oneRecipientGetsPagesAndTickets() throws {
  let canary = try ConfigProject(withCanary("alerts: {to: {command: [./tell]}}")).load().canary
  #expect(Set(canary.contacts.alerts.keys) == [.page, .ticket])
  #expect(canary.policy.alerts == CanaryAlert.standard)
}

@Test(arguments: [
  (["rules: [{error-rate: {max: 5%}}]"], "no deciding rule weighs a score, so the canary can never be promoted"),
  (["rules: [{no-regression: {margin: 5%, advisory: true}}]"], "every rule is advisory, so the canary can never be promoted"),
  (
    ["actions: {rollback: {webhook: \"http://example.com/x\", token: {env: T}}}"],
    "the key is sent to 'example.com' over plain http, readable on the way"
  ),
])
func whatCannotPromoteIsSaid(lines: [String], says: String) throws {
  let text = (["policy:", "  canary:"] + lines.map { "    " + $0 }).joined(separator: "\n") + "\n"
  #expect(try ConfigProject(text).warnings().contains(says))
}

private let badCanaries: [BadConfig] = [
  BadConfig(
    "promotion by waiting", withCanary("on_timeout: promote"),
    says: """
      portcullis.yaml:3:17: error: 'on_timeout: promote' would promote a candidate that nothing has shown to be good enough
        help: write 'rollback' (the default) or 'hold'; a longer 'deadline' or a larger share gives it the evidence
      """),
  BadConfig(
    "another word for the end", withCanary("on_timeout: rolback"),
    says: """
      portcullis.yaml:3:17: error: 'on_timeout' is 'rolback', which is unknown
        help: did you mean 'rollback'?
      """),
  BadConfig(
    "a deadline before the end of the stages", withCanary("traffic: [1%, 5%]", "bake: 24h", "deadline: 36h"),
    says: """
      portcullis.yaml:5:5: error: the deadline of 36h comes before the stages have baked, which takes 48h
        help: write 'deadline: 48h' or later, or a shorter 'bake'
      """),
  BadConfig(
    "more stages than time", withCanary("traffic: [1%, 2%, 5%, 10%]"),
    says: """
      portcullis.yaml:3:5: error: the deadline of 72h comes before the stages have baked, which takes 96h
        help: write 'deadline: 96h' or later, or a shorter 'bake'
      """),
  BadConfig(
    "shares that do not rise", withCanary("traffic: [5%, 1%]"),
    says: "portcullis.yaml:3:19: error: 'traffic' goes from 5 % to 1 %; shares must rise from stage to stage"),
  BadConfig(
    "shares that are none", withCanary("traffic: [1, 0, 5]", "bake: []"),
    says: """
      portcullis.yaml:3:15: error: 'traffic' is 1; a stage's share lies above 0 and below 100%
        help: production must keep some traffic to compare with
      portcullis.yaml:3:18: error: 'traffic' is 0; a stage's share lies above 0 and below 100%
        help: production must keep some traffic to compare with
      portcullis.yaml:3:21: error: 'traffic': '5' is not within 0 and 1
        help: did you mean '5%'?
      portcullis.yaml:4:11: error: 'bake' is an empty list
        help: write a duration, as in '24h'
      """),
  BadConfig(
    "no stage", withCanary("traffic: []"),
    says: """
      portcullis.yaml:3:14: error: 'traffic' is an empty list
        help: write the shares of the stages, as in [1%, 5%]
      """),
  BadConfig(
    "bakes", withCanary("traffic: [1%, 5%]", "bake: [24h, 12h, 6h]"),
    says: """
      portcullis.yaml:4:5: error: 'bake' has 3 durations for 2 stages
        help: write one for all stages, or one for each share of 'traffic'
      """),
  BadConfig(
    "durations", withCanary("traffic: 5%", "bake: 0h", "deadline: 72", "late_window: 0s"),
    says: """
      portcullis.yaml:4:11: error: 'bake' is 0h; it must be above 0
        help: a stage that is not watched shows nothing
      portcullis.yaml:5:15: error: 'deadline': '72' is no duration
        help: write a number and a unit (ms, s, m, h, d), as in '300ms' or '2s'
      portcullis.yaml:6:18: error: 'late_window' is 0s; it must be above 0
      """),
  BadConfig(
    "a window beyond a day", withCanary("late_window: 48h"),
    says: "portcullis.yaml:3:5: error: 'canary': the late window must lie within 0 and 24 h"),
  BadConfig(
    "unknown keys", withCanary("trafic: [1%]", "rollback-margin: 0", "unit: {sesion: {}}"),
    says: """
      portcullis.yaml:3:5: error: unknown key 'trafic' in 'canary'
        help: did you mean 'traffic'?
      portcullis.yaml:4:5: error: unknown key 'rollback-margin' in 'canary'
        help: did you mean 'rollback_margin'?
      portcullis.yaml:5:11: error: 'unit' has no 'session'
      portcullis.yaml:5:12: error: unknown key 'sesion' in 'unit'
        help: did you mean 'session'?
      """),
  BadConfig(
    "rollback margins", withCanary("rollback_margin: 6%", "rules: [{no-regression: {margin: 5%}}]"),
    says: """
      portcullis.yaml:3:5: error: 'rollback_margin' is 6 %, more than the margin of 'no-regression', 5 %
        help: half of the margin is a good choice where traffic is dense; 0 reacts to any proven harm
      """),
  BadConfig(
    "rules of other stages", withCanary("rules: [complete, no-regresion: {margin: 5%}, rig-steady, 3]"),
    says: """
      portcullis.yaml:3:13: error: the rule 'complete' cannot be watched on live traffic
        help: available: no-regression, error-rate, latency, tail, cost-per-request, cache-hit
      portcullis.yaml:3:23: error: unknown rule 'no-regresion'
        help: did you mean 'no-regression'?
      portcullis.yaml:3:51: error: the rule 'rig-steady' cannot be watched on live traffic
        help: available: no-regression, error-rate, latency, tail, cost-per-request, cache-hit
      portcullis.yaml:3:63: error: unknown rule '3'
        help: available: no-regression, error-rate, latency, tail, cost-per-request, cache-hit
      """),
  BadConfig(
    "parameters of rules",
    withCanary(
      "rules:", "  - no-regression", "  - error-rate: {max: 0}", "  - latency", "  - tail: {metric: x}",
      "  - cost-per-request: {limit: 1 USD}",
      "  - cache-hit: {margin: 0.8}"),
    says: """
      portcullis.yaml:4:9: error: the rule 'no-regression' has no 'margin'
      portcullis.yaml:5:27: error: 'max' is 0; it must be above 0
        help: no number of cases can show that it never happens
      portcullis.yaml:6:9: error: the rule 'latency' has neither 'limit' nor 'increase'
      portcullis.yaml:7:16: error: unknown key 'metric' in the rule 'tail'
        help: known here: floor, max_share, advisory
      portcullis.yaml:8:28: error: unknown key 'limit' in the rule 'cost-per-request'
        help: known here: increase, advisory
      portcullis.yaml:9:29: error: 'margin' is 0.8, half or more
        help: did you mean '0.8%'?
      """),
  BadConfig(
    "slices",
    withCanary(
      "rules:", "  - no-regression: {margin: 5%, slices: [model, segmnt, type, type]}", "  - error-rate: {slices: [segment], where: {a: b}}"
    ),
    says: """
      portcullis.yaml:4:37: error: 'slices' names 'model', which only the arm decides: its groups cannot be compared
        help: known here: segment, feature, type
      portcullis.yaml:4:37: error: 'slices' names 'segmnt', which observations do not have
        help: did you mean 'segment'?
      portcullis.yaml:4:37: error: 'slices' names 'type' twice
      portcullis.yaml:5:22: error: the rule 'error-rate' of a canary has no 'slices'
        help: 'no-regression' has 'slices: [segment]'
      portcullis.yaml:5:41: error: the rule 'error-rate' of a canary has no 'where'
        help: 'no-regression' has 'slices: [segment]'
      """),
  BadConfig(
    "a rule twice", withCanary("rules: [{latency: {limit: 2s}}, {latency: {limit: 3s}}, {no-regression: {margin: 5%}}]"),
    says: """
      portcullis.yaml:3:38: error: the rule 'latency' is given twice
        help: keep one of them
      """),
  BadConfig(
    "no rule", withCanary("rules: []"),
    says: """
      portcullis.yaml:3:5: error: 'rules' names no rule; nothing would be decided
        help: leave it out for the default rules
      """),
  BadConfig(
    "alerts", withCanary("alerts: {page: [error-rat, cost: {increase: 20}], ticket: [cost, cost], tickets: []}"),
    says: """
      portcullis.yaml:3:21: error: unknown alert 'error-rat'
        help: did you mean 'error-rate'?
      portcullis.yaml:3:49: error: 'increase': '20' is not within 0 and 1
        help: did you mean '20%'?
      portcullis.yaml:3:70: error: the alert 'cost' is given twice
        help: each is raised in one tier
      portcullis.yaml:3:77: error: unknown key 'tickets' in 'alerts'
        help: did you mean 'ticket'?
      """),
  BadConfig(
    "secrets in sight",
    withCanary(
      "actions:", "  rollback: {webhook: \"https://hooks.example.com/x?key=abc123\"}",
      "  promote: {webhook: \"https://a.b/c\", token: abc123}",
      "  hold: {webhook: {env: 7up}}", "  advance: {webhook: {var: X}}"),
    says: """
      portcullis.yaml:4:27: error: a webhook with '?', '#' or '@' may hold a secret, and what stands here is recorded
        help: put the address into an environment variable and write 'webhook: {env: NAME}'
      portcullis.yaml:5:50: error: 'token' holds a token itself; secrets are never written into files
        help: put it into an environment variable and write 'token: {env: NAME}'
      portcullis.yaml:6:29: error: this is no name of an environment variable
        help: write the variable's name, as in '{env: OPENAI_API_KEY}'
      portcullis.yaml:7:26: error: 'webhook' has no 'env'
      portcullis.yaml:7:27: error: unknown key 'var' in 'webhook'
        help: known here: env
      """),
  BadConfig(
    "destinations that are none",
    withCanary(
      "actions:", "  rollback: {}", "  promote: {webhook: \"https://a.b/c\", command: [./x]}", "  hold: {command: []}",
      "  advance: {command: ./shift.sh}", "  restart: {command: [./x]}"),
    says: """
      portcullis.yaml:4:17: error: the action 'rollback' names no destination
        help: write 'webhook: URL', 'webhook: {env: NAME}' or 'command: [PROGRAM, ARGUMENT]'
      portcullis.yaml:5:43: error: the action 'promote' has both 'webhook' and 'command'
        help: one of them is called; the command may do both
      portcullis.yaml:6:23: error: 'command' names no program
        help: write the program and its arguments as a list: no shell reads them
      portcullis.yaml:7:26: error: 'command' is './shift.sh'; it must be a list
      portcullis.yaml:8:7: error: unknown key 'restart' in 'actions'
        help: known here: rollback, advance, promote, hold
      """),
  BadConfig(
    "addresses that are never called", withCanary("actions: {rollback: {webhook: \"http://169.254.169.254/x\"}}"),
    says: "portcullis.yaml:3:35: error: 'http://169.254.169.254/x' is a link-local or metadata address; these are never called"),
]

@Test(arguments: badCanaries) func badCanariesAreRefusedInWords(row: BadConfig) throws {
  #expect(try ConfigProject(row.config).errors() == row.says)
}

/// The file names variables; a machine that only reads the config needs none of them.
@Test func noVariableOfADestinationIsLookedAt() throws {
  let config = withCanary("actions: {rollback: {webhook: {env: NOT_SET_ANYWHERE}}}")
  #expect(try ConfigProject(config).errors().isEmpty)
}
