import PortcullisCore
import PortcullisFormats
import PortcullisGate

// What happened to a canary, in words and as JSON.

/// `31.4 h`.
func shownHours(_ hours: Double) -> String { fixed(hours, 1) + " h" }

extension CanaryEvent {
  /// For people; not escaped.
  var words: String {
    switch kind {
    case .advance(let share): "the traffic goes to \(percent(share))"
    case .promote: "the candidate may take all traffic"
    case .rollback(let reason), .hold(let reason): reason
    case .alertRaised(let notice), .alertResolved(let notice): "\(notice.tier.rawValue): \(notice.sentence)"
    }
  }
}

/// One row for each event: its hour, its name and its words.
func eventLines(_ events: [CanaryEvent]) -> [String] {
  let hours = events.map { shownHours($0.at) }
  let (wide, long) = (hours.map(\.count).max() ?? 0, events.map(\.name.count).max() ?? 0)
  return zip(hours, events).map { hour, event in
    let gap = String(repeating: " ", count: wide - hour.count)
    let name = event.name + String(repeating: " ", count: long - event.name.count)
    return "  \(gap)\(hour)  \(name)  \(visible(event.words))"
  }
}

/// Requests, failures, quality, cost, tokens, cache hits and feedback by the values of one field.
struct CanaryBreakdown {
  let field: ObservationField
  let tables: CanaryTables
  let currency: String

  var lines: [String] {
    guard let table = tables.fields[field] else { return ["no observation says its \(field.rawValue)"] }
    var rows = table.ranked.flatMap { self.rows(visible($0.name), $0.rows) }
    if table.others.requests > 0 { rows += self.rows("(other values)", table.others) }
    let head = [field.rawValue, "arm", "requests", "failed", "quality", "\(currency)/request", "tokens/request", "cache hits", "feedback"]
    return TextTable(head: head, rows: rows).lines
  }

  private func rows(_ value: String, _ arms: CanaryTables.ArmRows) -> [[String]] {
    [cells(value, Arm.candidate.rawValue, arms.candidate), cells("", Arm.production.rawValue, arms.production)]
  }

  private func cells(_ value: String, _ arm: String, _ row: CanaryTables.Row) -> [String] {
    func shown(_ value: Double?, _ words: (Double) -> String) -> String { value.map(words) ?? "-" }
    let tokens = row.requests > 0 ? Double(row.inputTokens + row.outputTokens) / Double(row.requests) : nil
    return [
      value, arm, "\(row.requests)", shown(row.failureRate, percent), shown(row.meanScore) { fixed($0, 3) },
      shown(row.meanCostMicro) { fixed($0 / 1_000_000, 6) }, shown(tokens) { fixed($0, 0) }, shown(row.hitRate, percent),
      shown(row.meanFeedback) { fixed($0, 2) },
    ]
  }
}

extension CanaryTables {
  /// By value, the most frequent first.
  var breakdownJSON: JSON {
    .object(
      [("total", total.breakdownJSON)]
        + ObservationField.allCases.compactMap { field in
          fields[field].map { table in
            let others = table.others.requests > 0 ? table.others.breakdownJSON : nil
            let values = JSON.object(table.ranked.map { ($0.name, $0.rows.breakdownJSON) })
            return (field.rawValue, .object(present: [("values", values), ("others", others)]))
          }
        })
  }
}

extension CanaryTables.ArmRows {
  fileprivate var breakdownJSON: JSON { .object([("candidate", candidate.breakdownJSON), ("production", production.breakdownJSON)]) }
}

extension CanaryTables.Row {
  /// Counts and sums; a mean is its sum by its own count.
  fileprivate var breakdownJSON: JSON {
    .object([
      ("requests", .int(requests)), ("failures", .int(failures)), ("scored", .int(scored)), ("scores", .double(scores)),
      ("priced", .int(priced)), ("cost_micro_usd", .int(costMicro)), ("input_tokens", .int(inputTokens)),
      ("output_tokens", .int(outputTokens)), ("cache_known", .int(cacheKnown)), ("cache_hits", .int(cacheHits)), ("rated", .int(rated)),
      ("feedback", .double(feedback)),
    ])
  }
}
