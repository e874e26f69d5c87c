import PortcullisCore

/// The rows of one scores file, column by column: about 45 bytes a row with an id of 20.
package struct ScoreTable: Sendable {
  /// A column that most files do not have; rows beyond its end hold nothing.
  struct Column<Value: Equatable & Sendable>: Sendable {
    let empty: Value
    private var values: [Value] = []

    init(empty: Value) { self.empty = empty }

    subscript(row: Int) -> Value { row < values.count ? values[row] : empty }

    mutating func set(_ value: Value, at row: Int) {
      guard value != empty else { return }
      while values.count < row { values.append(empty) }
      values.append(value)
    }
  }

  /// A column of names: the number of a name and 1, or 0.
  struct Labels: Sendable {
    var names = ByteTable()
    private(set) var numbers = Column<UInt32>(empty: 0)

    mutating func set(_ text: UnsafeRawBufferPointer, at row: Int) {
      numbers.set(UInt32(names.intern(text) + 1), at: row)
    }

    /// nil where the row has none.
    subscript(row: Int) -> Int? { numbers[row] == 0 ? nil : Int(numbers[row]) - 1 }
  }

  /// As the user would type it.
  package let file: String
  var ids = ByteTable()
  /// In billionths; `missing` for none.
  var scores: [Int32] = []
  var lines: [UInt32] = []
  /// The id's number of each row; empty while each row is a case of its own, in order.
  var cases: [UInt32] = []
  var repeats = Column<UInt32>(empty: 0)
  var clusters = Labels()
  var slices: [(name: String, labels: Labels)] = []
  /// In microseconds; -1 for none.
  var latencies = Column<Int>(empty: -1)
  /// In micro-units; -1 for none.
  var costs = Column<Int>(empty: -1)
  /// What the file's columns are called, by what they mean.
  var names: [ScoreColumns.Meaning: String] = [:]

  static let missing: Int32 = -1

  init(file: String) { self.file = file }

  package var rows: Int { scores.count }

  func caseNumber(_ row: Int) -> Int { cases.isEmpty ? row : Int(cases[row]) }

  func place(_ row: Int) -> Place { Place(file: file, line: Int(lines[row])) }

  /// Numbers the cases once all rows are in, each with its row's number where no id comes twice.
  mutating func numberCases() {
    if ids.index() { return }
    var distinct = ByteTable()
    cases = (0..<ids.count).map { row in UInt32(ids.withBytes(of: row) { distinct.intern($0) }) }
    ids = distinct
  }

  /// Room for so many rows of ids of so many bytes together.
  mutating func reserve(rows: Int, idBytes: Int) {
    ids.reserve(texts: rows, bytes: idBytes)
    scores.reserveCapacity(rows)
    lines.reserveCapacity(rows)
  }

  /// The rows of each case, in the order of the file: those of case `n` stand at `starts[n]..<starts[n + 1]`. Linear.
  func rowsByCase() -> (rows: [UInt32], starts: [UInt32]) {
    var starts = [UInt32](repeating: 0, count: ids.count + 1)
    for row in 0..<rows { starts[caseNumber(row) + 1] += 1 }
    for number in 0..<ids.count { starts[number + 1] += starts[number] }
    var next = starts, ordered = [UInt32](repeating: 0, count: rows)
    for row in 0..<rows {
      let number = caseNumber(row)
      ordered[Int(next[number])] = UInt32(row)
      next[number] += 1
    }
    return (ordered, starts)
  }
}
