import PortcullisCore
import PortcullisGate

/// The cases that margins need, as a table and as JSON.
struct SizeAnswer {
  private let question: SizeTable.Question
  private let margin: Double
  private let difference: Double
  private let alpha: Double
  private let power: Double
  private let rows: [SizeTable.Row]

  init(_ options: SizeQuestion, margin: Double) {
    question = options.asked
    self.margin = margin
    difference = options.difference ?? 0
    alpha = options.alpha ?? 0.05
    power = options.power ?? 0.8
    let table = SizeTable(
      question, margins: marginLadder(around: margin), difference: difference, alpha: alpha, wrongFail: 0.05, power: power)
    rows = table.rows
  }

  var text: String {
    let table = TextTable(head: head, rows: rows.map(cells), marked: rows.map { $0.margin == margin })
    return ([claim, ""] + table.lines + [""] + notes).joined(separator: "\n")
  }

  private var claim: String {
    let unit = if case .unpaired = question { "requests of the candidate" } else { "cases" }
    let models =
      difference == 0 ? "equal models pass" : "a candidate that is \(points(difference)) \(difference < 0 ? "worse" : "better") passes"
    return "\(unit) with which \(models) in \(percent(power)) of gates, and one whose loss reaches the margin in about \(percent(alpha))"
  }

  private var head: [String] {
    switch question {
    case .passRate(let discordances) where discordances.count == 1: ["margin", "at least", "cases", "pass", "inconclusive", "fail"]
    case .passRate(let discordances), .clustered(let discordances, _, _, _):
      ["margin", "at least"] + discordances.map { percent($0) + " differ" }
    case .graded: ["margin", "at least", "cases", "by formula"]
    case .repeated(_, _, let trials): ["margin", "at least"] + trials.map { plural($0, "trial") }
    case .unpaired(let rates, _): ["margin"] + rates.map { "at \(percent($0))" }
    }
  }

  private func cells(_ row: SizeTable.Row) -> [String] {
    let first = points(row.margin)
    let counts = row.cells.map { countText($0.cases) }
    switch question {
    case .passRate where row.cells.count == 1:
      let chances = row.cells[0].chances
      return [first, "\(row.least)"] + counts + [chances?.pass, chances?.inconclusive, chances?.fail].map { $0.map(chance) ?? "" }
    case .passRate, .clustered, .repeated: return [first, "\(row.least)"] + counts
    case .graded: return [first, "\(row.least)"] + counts + row.cells.map { countText($0.byFormula ?? $0.cases) }
    case .unpaired: return [first] + counts
    }
  }

  private var notes: [String] {
    let least = "at least: without them nothing passes, even if not one case differs between the arms"
    let isHopeless = rows.contains { $0.cells.contains { $0.cases == nil } }
    let none = isHopeless ? ["–: no number of cases will do, for the loss assumed reaches the margin"] : []
    switch question {
    case .passRate(let discordances):
      let ends =
        discordances.count == 1
        ? "pass, inconclusive, fail: how gates with so many cases end, summed over all outcomes"
        : "'--discordance 10%' shows how gates with so many cases end"
      return [least] + none + [ends]
    case .clustered(_, let size, let variation, let icc):
      let effect = 1 + ((variation * variation + 1) * size - 1) * icc
      return [least] + none
        + [
          "clusters of \(canonicalNumber(size)) cases, alike by \(canonicalNumber(icc)): design effect \(fixed(effect, 2)); whole clusters decide"
        ]
    case .graded(let variance):
      return [least] + none
        + ["variance of a case's difference \(fixed(variance, 4)); the formula lacks what guards against rare large losses"]
    case .repeated(let variance, let noise, _):
      return [least] + none
        + [
          "variance between cases \(fixed(variance, 4)), of one trial within its case \(fixed(noise, 4)); calls: cases times trials, in each arm"
        ]
    case .unpaired(_, let ratio):
      let share = ratio == 1 ? "production gets as many" : "production gets \(canonicalNumber(ratio)) times as many"
      return none + ["\(share); the same cases in both arms need far fewer"]
    }
  }

  var json: JSON {
    .object([
      ("schema", .string("portcullis.plan-size/1")), ("alpha", .double(alpha)), ("power", .double(power)),
      ("difference", .double(difference)), ("question", questionJSON), ("margins", .array(rows.map(rowJSON))),
    ])
  }

  private var questionJSON: JSON {
    switch question {
    case .passRate: .object([("kind", .string("pass-rate"))])
    case .clustered(_, let size, let variation, let icc):
      .object([
        ("kind", .string("clustered")), ("cluster_size", .double(size)), ("cluster_variation", .double(variation)), ("icc", .double(icc)),
      ])
    case .graded(let variance): .object([("kind", .string("graded")), ("variance", .double(variance))])
    case .repeated(let variance, let noise, _):
      .object([("kind", .string("repeated")), ("variance", .double(variance)), ("noise", .double(noise))])
    case .unpaired(_, let ratio): .object([("kind", .string("unpaired")), ("ratio", .double(ratio))])
    }
  }

  private var columnName: String {
    switch question {
    case .passRate, .clustered: "discordance"
    case .graded: "variance"
    case .repeated: "trials"
    case .unpaired: "rate"
    }
  }

  private func rowJSON(_ row: SizeTable.Row) -> JSON {
    let cells = row.cells.map { cell in
      JSON.object([
        (columnName, .double(cell.column)), ("cases", cell.cases.map(JSON.int) ?? .null),
        ("by_formula", (cell.byFormula ?? cell.cases).map(JSON.int) ?? .null), ("ends", cell.chances?.json ?? .null),
      ])
    }
    return .object([("margin", .double(row.margin)), ("at_least", .int(row.least)), ("cells", .array(cells))])
  }
}

/// The margin asked for, between two smaller and two larger ones.
func marginLadder(around margin: Double) -> [Double] {
  let usual = [0.005, 0.01, 0.02, 0.03, 0.05, 0.10, 0.15, 0.20, 0.30]
  return usual.filter { $0 < margin - 1e-9 }.suffix(2) + [margin] + usual.filter { $0 > margin + 1e-9 }.prefix(2)
}

/// A number of cases, or that there is none.
func countText(_ count: Int?) -> String { count.map(String.init) ?? "–" }

extension PairedChances {
  /// How a planned comparison is likely to end.
  var json: JSON { .object([("pass", .double(pass)), ("inconclusive", .double(inconclusive)), ("fail", .double(fail))]) }
}
