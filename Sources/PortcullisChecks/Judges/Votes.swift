import PortcullisCore

/// What several votes of one judge say together.
///
/// More than half of all votes asked for must fall on one side of the threshold; the grade is then the median of that side (the
/// lower one of two), its reason that of the first such vote. Unreadable votes count for neither side.
func majority(_ votes: [Score], of asked: Int, threshold: Double) -> Score {
  var passing: [(grade: Double, reason: String)] = [], failing: [(grade: Double, reason: String)] = []
  var unscored: String?
  for vote in votes {
    switch vote {
    case .graded(let grade, let reason) where grade >= threshold && grade <= 1: passing.append((grade, reason))
    case .graded(let grade, let reason) where grade >= 0 && grade < threshold: failing.append((grade, reason))
    case .unscored(let reason): unscored = unscored ?? reason
    // A judge gives grades within 0…1; anything else is no vote.
    case .graded, .pass, .fail: unscored = unscored ?? "a vote without a grade"
    }
  }
  let winners = passing.count >= failing.count ? passing : failing
  guard 2 * winners.count > asked else {
    if asked == 1 { return .unscored(reason: unscored ?? "the judge was not asked") }
    let counts = "\(passing.count) pass, \(failing.count) fail, \(asked - passing.count - failing.count) unreadable or missing"
    return .unscored(reason: "no majority of the \(asked) votes: \(counts)" + (unscored.map { "; \($0)" } ?? ""))
  }
  let sorted = winners.sorted { $0.grade < $1.grade }
  let median = sorted[(sorted.count - 1) / 2].grade
  let reason = winners.first { $0.grade == median }?.reason ?? winners[0].reason
  return .graded(median, reason: asked == 1 ? reason : "\(winners.count) of \(asked) votes: \(reason)")
}
