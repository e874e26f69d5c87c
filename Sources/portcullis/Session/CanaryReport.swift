import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports

/// A look at a canary, ready to be shown.
struct CanaryReport {
  let decision: Decision
  let look: CanaryLook
  let policy: CanaryPolicy
  /// As people name it; nil in a backtest.
  let name: String?
  /// All that happened to it, the first event first.
  let events: [CanaryEvent]
  /// What became of the observations of this feed; nil where none was fed.
  let account: CanaryAccount?

  init(
    _ look: CanaryLook, policy: CanaryPolicy, context: DecisionContext, name: String? = nil, events: [CanaryEvent],
    account: CanaryAccount? = nil
  ) {
    self.look = look
    self.policy = policy
    self.name = name
    self.events = events
    self.account = account
    decision = Decision(look, policy: policy, context: context)
  }

  /// Where it stands: `stage 1 of 2 at 1 %`, `31.4 h of 72.0 h`.
  var standing: [String] {
    [
      "stage \(look.stage + 1) of \(policy.stages.count) at \(percent(look.share))",
      "\(shownHours(look.at)) of \(shownHours(policy.deadline))",
    ]
  }

  /// `decision.json` with what only a canary has under `canary`.
  var json: JSON {
    guard case .object(var members) = decision.json else { return decision.json }
    members["canary"] = .object(present: [
      ("name", name.map(JSON.string)), ("verdict", .string(look.verdict.rawValue)), ("at_h", .double(look.at)),
      ("deadline_h", .double(policy.deadline)), ("stage", .int(look.stage + 1)), ("stages", .int(policy.stages.count)),
      ("share", .double(look.share)), ("outcome", look.outcome?.json ?? .null), ("next", look.next.map(JSON.string) ?? .null),
      ("events", .array(events.map(\.json))), ("alerts", .array(look.openAlerts.map(\.json))), ("observations", account?.json),
      ("breakdown", look.tables.breakdownJSON),
    ])
    return .object(members)
  }

  func input(started: String, sources: [String], notes: [String]) -> ReportInput {
    let summary = RunSummary(
      id: decision.context.run, started: started, duration: .seconds(look.at * 3600), evalsets: sources, cases: look.tables.total.requests,
      unit: "request", notes: (name.map { ["canary \($0)"] } ?? []) + standing + notes)
    return ReportInput(decision: decision, run: summary)
  }
}

extension AlertNotice {
  fileprivate var json: JSON {
    .object(present: [
      ("key", .string(key)), ("tier", .string(tier.rawValue)), ("sentence", .string(sentence)), ("segment", segment.map(JSON.string)),
    ])
  }
}

/// Writes a canary's report everywhere it was asked for: the reports first, since their failure must not look like a verdict.
func deliver(_ report: CanaryReport, _ input: ReportInput, json: Bool, by field: ObservationField?, files: [ReportFile]) throws {
  let failed = try writeReports(input, to: files)
  if json {
    say(report.json.prettyText)
  } else {
    var text = ""
    if !report.events.isEmpty { text += "what happened\n" + eventLines(report.events).joined(separator: "\n") + "\n\n" }
    text += try terminalText(input, .full)
    if let field {
      let currency = report.decision.context.currency ?? "USD"
      text += "\n" + CanaryBreakdown(field: field, tables: report.look.tables, currency: currency).lines.joined(separator: "\n") + "\n"
    }
    write(text, to: 1)
  }
  if let failed { throw failed }
}
