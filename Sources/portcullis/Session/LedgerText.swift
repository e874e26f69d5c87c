import PortcullisCore
import PortcullisGate
import PortcullisStore

// The ledger in words for people; everything that somebody wrote is escaped.

extension LedgerEntry {
  /// `2026-11-30 16:40  decision   offline pass, candidate (sha256:12ab…), run 7f3a…`.
  var row: [String] { ["\(number)", String(moment(at).prefix(16)).replacing("T", with: " "), event.kind, event.words] }
}

extension LedgerEvent {
  /// What happened, escaped.
  fileprivate var words: String {
    switch self {
    case .decision(let event):
      let waived =
        event.waivers.isEmpty ? "" : ", waived: " + event.waivers.map { visible("\($0.title) by \($0.by)") }.joined(separator: ", ")
      return "\(visible(event.stage)) \(event.verdict.rawValue) (exit \(event.exitCode.rawValue)), \(named(event.candidate)), "
        + "\(event.stage == "canary" ? "canary" : "run") \(visible(event.source))\(waived)"
    case .promotion(let event):
      let signed = event.signed.isEmpty ? "" : ", signed by " + event.signed.map { visible($0) }.joined(separator: ", ")
      return "\(visible(event.stage)) opened for \(named(event.candidate)) by \(visible(event.by))\(signed)"
    case .waiver(let waiver):
      return "\(visible(waiver.title)) until \(visible(waiver.expires)) by \(visible(waiver.by)): \(visible(waiver.reason))"
    case .signOff(let event): return "\(visible(event.stage)) for \(named(event.candidate)) signed by \(visible(event.by))"
    case .rollback(let event):
      return "\(named(event.candidate)) by \(event.by.map { visible($0) } ?? "the gate itself"): \(visible(event.reason))"
        + (event.source.map { ", canary \(visible($0))" } ?? "")
    }
  }
}

private func named(_ candidate: LedgerCandidate) -> String { "\(visible(candidate.name)) (\(candidate.short))" }

/// RFC 3339 in UTC.
func moment(_ milliseconds: Int) -> String { WallTime(milliseconds: milliseconds).description }

extension Opening {
  /// The answer, what it rests on, and what is missing with what to do; escaped.
  func text(name: String, noted: LedgerEntry?) -> String {
    let who = "\(visible(name)) (\(LedgerCandidate(digest: candidate, name: name).short))"
    var lines: [String]
    switch answer {
    case .open:
      let again = noted == nil ? " already" : ""
      lines = ["open  \(visible(stage)) is\(again) open for \(who)"]
    case .notYet: lines = ["not yet  \(visible(stage)) stays closed for \(who)"]
    case .refused: lines = ["refused  \(visible(stage)) stays closed for \(who)"]
    }
    if let evidence, case .decision(let decision) = evidence.event {
      lines.append(
        "  '\(visible(decision.stage))' passed on \(day(evidence.at)): entry \(evidence.number), \(visible(decision.source)), policy "
          + "\(decision.policy.description.prefix(19))"
          + (signed.isEmpty ? "" : "; signed by \(signed.map { visible($0) }.joined(separator: ", "))"))
    }
    for waiver in waivers {
      lines.append("  waived: \(visible(waiver.title)), by \(visible(waiver.by)) until \(waiver.expires): \(visible(waiver.reason))")
    }
    for obstacle in obstacles { lines += ["  - \(visible(obstacle.words))", "    next: \(visible(obstacle.next))"] }
    if let entry = noted ?? (answer == .open ? opened : nil) { lines.append("  entry \(entry.number), \(entry.hash)") }
    return lines.joined(separator: "\n")
  }

  var exitCode: ExitCode {
    switch answer {
    case .open: .pass
    case .notYet: .inconclusive
    case .refused: .fail
    }
  }

  /// Those that the pass rests on.
  private var waivers: [Waiver] { if case .decision(let decision)? = evidence?.event { decision.waivers } else { [] } }

  func json(name: String, noted: LedgerEntry?) -> JSON {
    let word =
      switch answer {
      case .open: "open"
      case .notYet: "not-yet"
      case .refused: "refused"
      }
    return .object([
      ("schema", .string("portcullis.promotion/1")), ("stage", .string(stage)), ("answer", .string(word)),
      ("exit_code", .int(Int(exitCode.rawValue))),
      ("candidate", .object([("name", .string(name)), ("digest", .string(candidate.description))])),
      ("evidence", evidence.map { .string($0.hash.description) } ?? .null), ("signed", .array(signed.map(JSON.string))),
      ("waivers", .array(waivers.map(\.json))),
      (
        "missing",
        .array(
          obstacles.map {
            .object([("what", .string($0.words)), ("next", .string($0.next)), ("refused", .bool($0.kind == .refusal))])
          })
      ), ("entry", (noted ?? (answer == .open ? opened : nil)).map { LedgerRecord(json: $0.json, hash: $0.hash).line } ?? .null),
    ])
  }
}
