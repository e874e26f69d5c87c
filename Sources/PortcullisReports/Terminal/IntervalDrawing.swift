import PortcullisCore
import PortcullisGate

/// What shares a scale in a table: all differences, so that they can be compared; of other measures each rule by itself, for a failure rate
/// and a pass rate would squeeze each other.
struct ScaleKey: Hashable {
  let measure: Measure
  private let rule: String?

  init(_ ruling: Ruling) {
    measure = ruling.measure
    rule = measure == .difference ? nil : ruling.rule
  }
}

/// Numbers mapped to columns; one for all rulings of a table whose drawings are to be compared.
struct DrawingScale {
  private let lower: Double
  private let upper: Double
  let columns: Int

  /// Holds every estimate, interval, limit and the point of equality of `rulings`, with a column or so to spare.
  init(_ rulings: [Ruling], columns: Int) {
    let values = rulings.flatMap { ruling in
      [ruling.estimate, ruling.interval?.lower, ruling.interval?.upper, ruling.limit, ruling.measure.equal].compactMap { $0 }.filter(
        \.isFinite)
    }
    let least = values.min() ?? 0
    let most = values.max() ?? 1
    let margin = max((most - least) * 0.06, 1e-9)
    lower = least - margin
    upper = most + margin
    self.columns = columns
  }

  /// `0..<columns`, nil for no number.
  func column(_ value: Double?) -> Int? {
    guard let value, value.isFinite else { return nil }
    let share = (value - lower) / (upper - lower)
    return min(columns - 1, max(0, Int((share * Double(columns - 1)).rounded())))
  }
}

/// A ruling's estimate and interval on one line, against equality (│) and the limit (┃) that the interval must stay clear of:
/// `··┃··├──●──┤·│···`.
struct IntervalDrawing {
  private enum Cell { case empty, line, end(String), estimate, equal, limit }

  private var cells: [Cell]
  private var onLine: [Bool]
  private let verdict: Verdict

  /// nil where there is nothing to draw: no estimate, or neither an interval nor a limit.
  init?(_ ruling: Ruling, _ scale: DrawingScale, _ style: TerminalStyle) {
    guard let estimate = scale.column(ruling.estimate), ruling.interval != nil || ruling.limit != nil else { return nil }
    cells = Array(repeating: .empty, count: scale.columns)
    onLine = Array(repeating: false, count: scale.columns)
    verdict = ruling.verdict
    if let interval = ruling.interval {
      let lower = scale.column(interval.lower)
      let upper = scale.column(interval.upper)
      let start = lower ?? 0
      let end = max(start, upper ?? scale.columns - 1)
      for column in start...end {
        cells[column] = .line
        onLine[column] = true
      }
      cells[start] = .end(lower == nil ? style.glyph("◂", "<") : style.glyph("├", "["))
      cells[end] = .end(upper == nil ? style.glyph("▸", ">") : style.glyph("┤", "]"))
    }
    if let equal = scale.column(ruling.measure.equal) { cells[equal] = .equal }
    if let limit = scale.column(ruling.limit) { cells[limit] = .limit }
    cells[estimate] = .estimate
  }

  func painted(_ style: TerminalStyle) -> String {
    var out = ""
    for (cell, isOnLine) in zip(cells, onLine) {
      switch cell {
      case .empty: out += Tone.dim.paint(style.glyph("·", "."), style)
      case .line: out += verdict.tone.paint(style.glyph("─", "-"), style)
      case .end(let mark): out += verdict.tone.paint(mark, style)
      case .estimate: out += verdict.tone.paint(style.glyph("●", "o"), style)
      case .equal: out += isOnLine ? verdict.tone.paint(style.glyph("┼", "+"), style) : style.glyph("│", "|")
      case .limit: out += Tone.bold.paint(isOnLine ? style.glyph("╂", "#") : style.glyph("┃", "!"), style)
      }
    }
    return out
  }
}

extension [Ruling] {
  /// The scales of their drawings.
  func scales(columns: Int) -> [ScaleKey: DrawingScale] {
    Dictionary(grouping: self, by: ScaleKey.init).mapValues { DrawingScale($0, columns: columns) }
  }
}

extension Verdict {
  var tone: Tone {
    switch self {
    case .pass: .good
    case .review: .notice
    case .inconclusive: .warning
    case .fail: .bad
    }
  }
}
