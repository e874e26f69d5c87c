import Foundation

/// What a row promises.
enum Promise: Sendable {
  case none
  case failAtMost(Double)
  case passAtMost(Double)
}

/// A row of a table: shares of the verdicts over all runs.
struct Row {
  static let offlineHeader = "| scenario | PASS | FAIL | INCONCLUSIVE | ± | promise | kept |\n|---|---|---|---|---|---|---|"
  static let canaryHeader =
    "| scenario | runs | PASS | FAIL | INCONCLUSIVE | ± | median delay | promise | kept |\n|---|---|---|---|---|---|---|---|---|"

  let name: String
  private let outcomes: [Outcome]
  private let promise: Promise

  init(_ name: String, _ outcomes: [Outcome], _ promise: Promise) {
    self.name = name
    self.outcomes = outcomes
    self.promise = promise
  }

  private func count(_ verdict: Verdict) -> Int { outcomes.count { $0.verdict == verdict } }
  private func share(_ verdict: Verdict) -> Double { Double(count(verdict)) / Double(outcomes.count) }

  /// Whether the promise holds; nil where there is none, and where it is missed by no more than chance explains.
  var isKept: Bool? {
    let (verdict, limit): (Verdict, Double)
    switch promise {
    case .none: return nil
    case .failAtMost(let most): (verdict, limit) = (.fail, most)
    case .passAtMost(let most): (verdict, limit) = (.pass, most)
    }
    if share(verdict) <= limit { return true }
    return wilson(count(verdict)).lower > limit ? false : nil
  }

  private var promiseText: String {
    switch promise {
    case .none: "none"
    case .failAtMost(let limit): "FAIL ≤ \(limit)"
    case .passAtMost(let limit): "PASS ≤ \(limit)"
    }
  }

  private var keptText: String {
    if case .none = promise { return "" }
    return switch isKept {
    case true?: "yes"
    case false?: "no"
    case nil: "within chance"
    }
  }

  /// The shares of the three verdicts and the larger half-width of the 95 % Wilson intervals.
  private var figures: String {
    let verdicts: [Verdict] = [.pass, .fail, .inconclusive]
    let half =
      verdicts.map { verdict in
        let interval = wilson(count(verdict))
        return (interval.upper - interval.lower) / 2
      }.max() ?? 0
    return (verdicts.map(share) + [half]).map { String(format: "%.3f", $0) }.joined(separator: " | ")
  }

  private func wilson(_ passed: Int) -> (lower: Double, upper: Double) {
    let (n, z) = (Double(outcomes.count), 1.959963984540054)
    let rate = Double(passed) / n
    let shrink = 1 + z * z / n
    let centre = (rate + z * z / (2 * n)) / shrink
    let half = z / shrink * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
    return (max(0, centre - half), min(1, centre + half))
  }

  var offlineLine: String { "| \(name) | \(figures) | \(promiseText) | \(keptText) |" }

  /// - Parameter harmFrom: The hour from which the candidate is worse; nil where it never is.
  func canaryLine(harmFrom: Double?) -> String {
    "| \(name) | \(outcomes.count) | \(figures) | \(harmFrom.map(delay) ?? "") | \(promiseText) | \(keptText) |"
  }

  /// The median time from the start of the harm to the rollback over all runs that were not rolled back before it.
  private func delay(from start: Double) -> String {
    let early = outcomes.count { $0.verdict == .fail && ($0.hours ?? start) < start }
    let delays = outcomes.filter { $0.verdict != .fail || ($0.hours ?? start) >= start }.map { outcome in
      outcome.verdict == .fail ? (outcome.hours ?? .infinity) - start : .infinity
    }.sorted()
    guard !delays.isEmpty else { return "" }
    let median = delays[delays.count / 2]
    let before = start > 0 ? " (rolled back before it: \(String(format: "%.3f", Double(early) / Double(outcomes.count))))" : ""
    return (median.isFinite ? String(format: "%.1f h", median) : "never (half or more not rolled back)") + before
  }
}

/// Puts the offline rows between the marks of README.md, in the working folder.
func writeReadme(_ lines: [String]) throws {
  let url = URL(filePath: "README.md")
  let (open, close) = ("<!-- error-rates -->", "<!-- /error-rates -->")
  var text = try String(contentsOf: url, encoding: .utf8)
  guard let start = text.range(of: open)?.upperBound, let end = text.range(of: close, range: start..<text.endIndex)?.lowerBound else {
    throw Usage(description: "README.md has no block between \(open) and \(close)")
  }
  text.replaceSubrange(start..<end, with: "\n" + lines.joined(separator: "\n") + "\n")
  try text.write(to: url, atomically: true, encoding: .utf8)
  complain("README.md: wrote \(lines.count - 1) rows")
}
