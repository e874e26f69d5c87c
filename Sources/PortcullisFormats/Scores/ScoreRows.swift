import PortcullisCore

/// Takes in the rows of one file, value by value, and reports what is wrong with each.
struct ScoreRows {
  private enum Slot: Hashable {
    case field(ScoreField)
    /// By place among the table's slices.
    case slice(Int)
    case ignored

    /// Where a row's value waits until the row is whole.
    var place: Int? {
      switch self {
      case .field(.id): 0
      case .field(.score): 1
      case .field(.cluster): 2
      case .field(.repeatIndex): 3
      case .field(.latency): 4
      case .field(.cost): 5
      case .slice(let index): 6 + index
      case .ignored: nil
      }
    }
  }

  private(set) var table: ScoreTable
  let problems: FileProblems
  private let columns: ScoreColumns
  /// Every name of a column met, with what it is and in how many rows it was.
  private var names = ByteTable()
  private var slots: [Slot] = []
  private var counts: [Int] = []
  /// The row being read.
  private var values: [ScoreValue]
  /// The first score that was written as true or false, and the first that is neither 0 nor 1.
  private(set) var firstBool: Place?
  private(set) var firstGrade: Place?
  private(set) var grades = 0
  private(set) var scored = 0
  /// Rows met, also those that were refused.
  private(set) var met = 0
  /// More names than this are not remembered.
  private static let mostNames = 1000

  init(columns: ScoreColumns, problems: FileProblems) {
    self.columns = columns
    self.problems = problems
    table = ScoreTable(file: problems.file)
    values = Array(repeating: .absent, count: 6)
  }

  mutating func numberCases() { table.numberCases() }

  mutating func reserve(rows: Int, idBytes: Int) { table.reserve(rows: rows, idBytes: idBytes) }

  /// The column of a name; a new name is looked up and remembered. nil for one of too many that are not read.
  ///
  /// - Parameter guess: The number it may well have.
  mutating func column(named name: UnsafeRawBufferPointer, guess: Int, line: Int) -> Int? {
    if guess < names.count, names.withBytes(of: guess, { $0.hasSameBytes(as: name) }) { return guess }
    if let number = names.number(of: name) { return number }
    let slot = slot(named: String(decoding: name, as: UTF8.self), line: line)
    if slot == .ignored, names.count >= ScoreRows.mostNames { return nil }
    let number = names.intern(name)
    slots.append(slot)
    counts.append(0)
    return number
  }

  private mutating func slot(named name: String, line: Int) -> Slot {
    guard let meaning = columns.meaning(of: name) else { return .ignored }
    if let other = table.names[meaning] {
      problems.error(
        "'\(other)' and '\(name)' could both be the \(meaning.name)", at: Position(line: line, column: 1),
        help: "say which with --columns \(meaning.name)=\(other)")
      return .ignored
    }
    table.names[meaning] = name
    switch meaning {
    case .field(let field): return .field(field)
    case .slice(let dimension):
      if let trouble = problem(inLabel: name) {
        problems.error("the column '\(name)' cannot name a slice: \(trouble)", at: Position(line: line, column: 1))
      }
      table.slices.append((dimension, ScoreTable.Labels()))
      values.append(.absent)
      return .slice(table.slices.count - 1)
    }
  }

  /// Whether a column is read at all.
  func isRead(_ column: Int) -> Bool { slots[column] != .ignored }

  /// A value of the row; it must stay good until `finishRow`.
  mutating func set(_ value: ScoreValue, in column: Int) {
    counts[column] += 1
    if let place = slots[column].place { values[place] = value }
  }

  /// Takes in the row whose values were set.
  mutating func finishRow(line: Int) {
    defer { for place in values.indices { values[place] = .absent } }
    met += 1
    guard let score = score(line), let id = id(line) else { return }
    let row = table.rows
    table.ids.append(id)
    switch score {
    case .missing: table.scores.append(ScoreTable.missing)
    case .scored(let steps, let isBool):
      table.scores.append(steps)
      note(steps, isBool: isBool, line)
    }
    table.lines.append(UInt32(clamping: line))
    if table.names.count > 2 { setOthers(row, line) }
  }

  private mutating func note(_ steps: Int32, isBool: Bool, _ line: Int) {
    scored += 1
    if isBool, firstBool == nil { firstBool = Place(file: table.file, line: line) }
    guard steps != 0, steps != ScoreCell.one else { return }
    grades += 1
    if firstGrade == nil { firstGrade = Place(file: table.file, line: line) }
  }

  private func score(_ line: Int) -> ScoreCell? {
    do { return try ScoreCell(values[1]) } catch {
      report(.field(.score), error, line)
      return nil
    }
  }

  private func id(_ line: Int) -> UnsafeRawBufferPointer? {
    switch values[0] {
    case .text(let bytes), .cell(let bytes):
      if let trouble = problem(inID: bytes) {
        report(.field(.id), ValueProblem("is '\(String(decoding: bytes, as: UTF8.self))': \(trouble)"), line)
        return nil
      }
      return bytes
    case .number, .bool:
      report(
        .field(.id), ValueProblem("is \(values[0].shown); it must be text", help: "write it in quotes: \"\(values[0].shown)\""), line)
    case .absent, .null, .compound:
      // Without any id the file is refused in one sentence.
      if table.names[.field(.id)] != nil { report(.field(.id), ValueProblem("is \(values[0].shown); each row needs one"), line) }
    }
    return nil
  }

  private mutating func setOthers(_ row: Int, _ line: Int) {
    do {
      if let repeatIndex = try whole(values[3], 0...999_999) { table.repeats.set(UInt32(repeatIndex), at: row) }
    } catch { report(.field(.repeatIndex), error, line) }
    do {
      if let cost = try whole(values[5], 0...1_000_000_000_000_000) { table.costs.set(cost, at: row) }
    } catch { report(.field(.cost), error, line) }
    do {
      if let latency = try milliseconds(values[4]) { table.latencies.set(latency, at: row) }
    } catch { report(.field(.latency), error, line) }
    do {
      if let cluster = try label(values[2]) { table.clusters.set(cluster, at: row) }
    } catch { report(.field(.cluster), error, line) }
    for index in table.slices.indices {
      do {
        if let value = try label(values[6 + index]) { table.slices[index].labels.set(value, at: row) }
      } catch { report(.slice(table.slices[index].name), error, line) }
    }
  }

  private func report(_ meaning: ScoreColumns.Meaning, _ problem: ValueProblem, _ line: Int) {
    let name = table.names[meaning] ?? meaning.name
    problems.error("'\(name)' \(problem.message)", at: Position(line: line, column: 1), help: problem.help)
  }

  /// Says that each row has every column, as in a table, where the ones not read are not counted one by one.
  mutating func fillCounts() {
    for column in slots.indices where slots[column] == .ignored { counts[column] = met }
  }

  /// The names of all columns, in the order met.
  var columnNames: [String] { slots.indices.map { names[$0] } }

  /// Columns that were not read, with the rows that had them, by name.
  var ignored: [IgnoredColumn] {
    slots.indices.filter { slots[$0] == .ignored }.map { IgnoredColumn(name: names[$0], rows: counts[$0]) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}

/// A column that nobody asked for, and in how many rows it was.
package struct IgnoredColumn: Sendable, Hashable {
  package let name: String
  package let rows: Int
}
