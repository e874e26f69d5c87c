import PortcullisCore

/// One scores file, read to its end.
struct ScoreReading: Sendable {
  let table: ScoreTable
  /// What is wrong with it; the first of many, and how many more.
  let problems: [Diagnostic]
  /// Of the file's bytes; nil where it was not read to its end.
  let digest: Digest?
  let ignored: [IgnoredColumn]
  let firstBool: Place?
  let firstGrade: Place?
  /// Scores, and those of them that are neither 0 nor 1.
  let scored: Int
  let grades: Int
}

/// Reads a file of rows: CSV with a header, or JSON Lines, told apart by the first character. Blocks until the file is read.
func readScores(_ file: RegularFile, columns: ScoreColumns) -> ScoreReading {
  var reader = ScoreFileReader(file, columns: columns)
  return reader.read()
}

private struct ScoreFileReader {
  private let file: RegularFile
  private let source: ByteSource
  private let problems: FileProblems
  private let columns: ScoreColumns
  private var rows: ScoreRows
  private var flat = FlatObject()
  private var csv = CSVRecord()
  /// Of a table: its cells that are read, and how many cells a row has.
  private var header: (read: [(cell: Int, column: Int)], cells: Int)?
  private var bytesSeen = 0

  init(_ file: RegularFile, columns: ScoreColumns) {
    self.file = file
    source = ByteSource(file)
    problems = FileProblems(file: file.shown, ProblemList())
    self.columns = columns
    rows = ScoreRows(columns: columns, problems: problems)
  }

  mutating func read() -> ScoreReading {
    var digest: Digest?
    do {
      let isTable = try begin() != UInt8(ascii: "{")
      var splitter = RecordSplitter(source, hasQuotes: isTable)
      try splitter.forEach { record, line, isEnded in
        if isTable { try readCells(record, line, isEnded) } else { try readLine(record, line) }
        makeRoom(record.count + 1)
      }
      digest = source.finish()
      if isTable { rows.fillCounts() }
      try finish()
    } catch let diagnostic as Diagnostic {
      problems.list.add(diagnostic)
    } catch {
      problems.error("cannot be read: \(error)", at: nil)
    }
    return ScoreReading(
      table: rows.table, problems: problems.list.errors, digest: digest, ignored: rows.ignored, firstBool: rows.firstBool,
      firstGrade: rows.firstGrade, scored: rows.scored, grades: rows.grades)
  }

  /// The first byte that is no blank.
  private func begin() throws(Diagnostic) -> UInt8 {
    var failure: Diagnostic?
    let head = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
      do throws(Diagnostic) { count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0) } catch { failure = error }
    }
    if let failure { throw failure }
    try rejectForeignEncoding(head, file: file.shown)
    let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head[3...] : head[...]
    guard let first = text.first(where: { ![0x20, 0x09, 0x0D, 0x0A].contains($0) }) else {
      throw Diagnostic(.error, text.count < 1 << 10 ? "the file is empty" : "the file begins with blanks", at: Place(file: file.shown))
    }
    if first == UInt8(ascii: "[") {
      throw Diagnostic(
        .error, "this is one JSON list, not JSON Lines", at: Place(file: file.shown, line: 1), help: "write one object a line")
    }
    return first
  }

  /// After the first rows tells how many there will be.
  private mutating func makeRoom(_ bytes: Int) {
    bytesSeen += bytes
    guard rows.table.rows == 4096 else { return }
    let size = min(file.identity.size, ByteTable.mostBytes)
    let estimate = size / max(1, bytesSeen / 4096) + size / 64 / max(1, bytesSeen / 4096) + 64
    rows.reserve(rows: min(estimate, 64 << 20), idBytes: min(size, estimate * 40))
  }

  private mutating func finish() throws(Diagnostic) {
    guard rows.met > 0 || problems.list.errorCount > 0 else {
      throw Diagnostic(.error, "the file holds no row", at: Place(file: file.shown))
    }
    if header == nil, rows.met > 0 { try requireColumns(at: nil) }
    rows.numberCases()
    rows.table.reportTwins(problems)
  }

  /// Throws where the file cannot say which case a row is, or how it did.
  private func requireColumns(at line: Int?) throws(Diagnostic) {
    for field in [ScoreField.id, .score] where rows.table.names[.field(field)] == nil {
      let names = rows.columnNames
      let wanted = columns.names(of: field)
      let looksLikeData =
        line != nil
        && names.contains { name in
          var name = name
          return name.withUTF8 { isJSONNumber(UnsafeRawBufferPointer($0)) } || ["true", "false"].contains(name.lowercased())
        }
      let near = wanted.lazy.compactMap { nearestWord(to: $0, among: names) }.first
      let shown = names.prefix(12).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 12 ? " and \(names.count - 12) more" : "")
      throw Diagnostic(
        .error,
        "no column is called \(wanted.map { "'\($0)'" }.joined(separator: " or ")); there \(names.count == 1 ? "is" : "are") \(shown)",
        at: Place(file: file.shown, line: line),
        help: looksLikeData
          ? "the first line must name the columns, as in 'id,score'"
          : "say which it is: --columns \(field.names[0])=\(near ?? "NAME")")
    }
  }
}

// JSON Lines.
extension ScoreFileReader {
  private mutating func readLine(_ line: UnsafeRawBufferPointer, _ number: Int) throws {
    if flat.read(line) {
      for (index, member) in flat.members.enumerated() { set(member.value, member.name, index, number) }
      rows.finishRow(line: number)
    } else if line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) {
      try readUnusual(Array(line), number)
    }
  }

  private mutating func set(_ value: ScoreValue, _ name: UnsafeRawBufferPointer, _ index: Int, _ line: Int) {
    if let column = rows.column(named: name, guess: index, line: line) { rows.set(value, in: column) }
  }

  /// The general way, which also says what is wrong.
  private mutating func readUnusual(_ bytes: [UInt8], _ line: Int) throws {
    let node: Node
    do throws(Diagnostic) { node = try readJSON(bytes, firstLine: line, problems: problems) } catch {
      problems.list.add(trouble(bytes, line) ?? error)
      return
    }
    guard let entries = node.mapping else {
      problems.error("the line is \(node.shown); each line must be one object", at: node.position)
      return
    }
    // Names and texts side by side in one buffer that outlives the row.
    var scratch: [UInt8] = [], ranges: [(name: Range<Int>, value: Range<Int>)] = []
    for entry in entries {
      let start = scratch.count
      scratch.append(contentsOf: entry.key.utf8)
      let middle = scratch.count
      if let scalar = entry.value.scalar { scratch.append(contentsOf: scalar.text.utf8) }
      ranges.append((start..<middle, middle..<scratch.count))
    }
    scratch.withUnsafeBytes { buffer in
      for (index, entry) in entries.enumerated() {
        let name = UnsafeRawBufferPointer(rebasing: buffer[ranges[index].name])
        set(scoreValue(entry.value, UnsafeRawBufferPointer(rebasing: buffer[ranges[index].value])), name, index, line)
      }
      rows.finishRow(line: line)
    }
  }

  private func scoreValue(_ node: Node, _ bytes: UnsafeRawBufferPointer) -> ScoreValue {
    guard let scalar = node.scalar else { return .compound(node.sequence == nil ? "a mapping" : "a list") }
    switch scalar.resolved {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .number: return .number(bytes)
    case .text: return .text(bytes)
    }
  }

  /// What is wrong with a line before it is read as JSON, or what it was meant to be; nil where JSON's own words say it best.
  private func trouble(_ bytes: [UInt8], _ line: Int) -> Diagnostic? {
    if let trouble = textTrouble(in: bytes) {
      let column = Int(position(of: trouble.offset, in: bytes).column)
      return Diagnostic(.error, trouble.message, at: Place(file: file.shown, line: line, column: column), help: trouble.help)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    for word in ["NaN", "Infinity"] where text.contains(word) {
      return Diagnostic(
        .error, "\(word) is no number of JSON, and no score", at: Place(file: file.shown, line: line),
        help: "write null where there is no score")
    }
    return nil
  }
}

// Tables.
extension ScoreFileReader {
  private mutating func readCells(_ record: UnsafeRawBufferPointer, _ line: Int, _ isEnded: Bool) throws {
    do { try csv.read(record, isEnded: isEnded) } catch let problem {
      let place = position(of: problem.offset, in: Array(record))
      throw Diagnostic(
        .error, problem.message, at: Place(file: file.shown, line: line + Int(place.line) - 1, column: Int(place.column)),
        help: problem.help)
    }
    if csv.cells.count == 1, csv.cells[0].isEmpty { return }
    guard let header else { return try readHeader(record, line) }
    guard csv.cells.count == header.cells else {
      problems.error(
        "the row has \(csv.cells.count) cells, the header \(header.cells)", at: Position(line: line, column: 1),
        help: csv.cells.count > header.cells ? "a cell with a comma in it must be in quotes" : nil)
      return
    }
    csv.withCells(of: record) { bytes in
      for (cell, column) in header.read { rows.set(.cell(UnsafeRawBufferPointer(rebasing: bytes[csv.cells[cell]])), in: column) }
      rows.finishRow(line: line)
    }
  }

  private mutating func readHeader(_ record: UnsafeRawBufferPointer, _ line: Int) throws {
    let names = csv.withCells(of: record) { bytes in
      csv.cells.map { range in String(decoding: bytes[range], as: UTF8.self).trimmingBlanks }
    }
    if names.count == 1, let separator = names[0].first(where: { $0 == ";" || $0 == "\t" }) {
      throw Diagnostic(
        .error, "the header has one column", at: Place(file: file.shown, line: line),
        help: "the columns are separated by \(separator == ";" ? "';'" : "tabs"); write commas")
    }
    var read: [(cell: Int, column: Int)] = []
    for (cell, name) in names.enumerated() {
      var text = name
      guard let column = text.withUTF8({ rows.column(named: UnsafeRawBufferPointer($0), guess: cell, line: line) }), rows.isRead(column)
      else {
        continue
      }
      if let twin = read.first(where: { $0.column == column }) {
        problems.error(
          "the column '\(name)' is given twice: columns \(twin.cell + 1) and \(cell + 1)", at: Position(line: line, column: 1),
          help: "keep one of them")
      }
      read.append((cell, column))
    }
    try requireColumns(at: line)
    header = (read, names.count)
  }
}

extension String {
  fileprivate var trimmingBlanks: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

extension ProblemList {
  /// The first of its errors, and how many more.
  fileprivate var errors: [Diagnostic] {
    do { try check() } catch let problems as Problems { return problems.diagnostics } catch {}
    return []
  }
}
