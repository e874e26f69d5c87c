import PortcullisCore

/// Splits one record of a table into cells by RFC 4180, as strictly as `CSVReader`: most records hold no quote and are only looked over.
struct CSVRecord {
  /// Where each cell begins and ends: in the record itself, or in `unquoted`.
  private(set) var cells: [Range<Int>] = []
  /// The cells' own bytes where the record holds a quote.
  private var unquoted: [UInt8] = []
  private var isQuoted = false

  init() {}

  /// Reads a record: the bytes before its line feed, a carriage return there being part of the line end.
  ///
  /// - Parameter isEnded: Whether a line feed follows.
  mutating func read(_ record: UnsafeRawBufferPointer, isEnded: Bool) throws(CSVProblem) {
    cells.removeAll(keepingCapacity: true)
    unquoted.removeAll(keepingCapacity: true)
    let hasReturn = record.last == 0x0D
    guard isEnded || !hasReturn else { throw CSVRecord.lonelyReturn(record.count - 1) }
    let bytes = UnsafeRawBufferPointer(rebasing: record[..<(record.count - (hasReturn ? 1 : 0))])
    var start = 0, isPlain = true, seen: UInt8 = 0
    for place in bytes.indices {
      let byte = bytes[place]
      seen |= byte
      if byte == UInt8(ascii: ",") {
        cells.append(start..<place)
        start = place + 1
      } else if byte == UInt8(ascii: "\"") || byte == 0x0D || byte == 0 {
        isPlain = false
        break
      }
    }
    isQuoted = !isPlain
    if isPlain {
      cells.append(start..<bytes.count)
    } else {
      cells.removeAll(keepingCapacity: true)
      seen = 0xFF
      try readQuoted(bytes)
    }
    if seen >= 0x80 { try checkText(record) }
  }

  /// Calls with the bytes that `cells` are ranges of.
  func withCells<Result>(of record: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    isQuoted ? unquoted.withUnsafeBytes(body) : body(record)
  }

  private enum State { case start, plain, quoted, closed }

  private mutating func readQuoted(_ bytes: UnsafeRawBufferPointer) throws(CSVProblem) {
    var state = State.start, cellStart = 0, opened = 0
    for place in bytes.indices {
      let byte = bytes[place]
      switch (state, byte) {
      case (.quoted, UInt8(ascii: "\"")): state = .closed
      case (.quoted, _): unquoted.append(byte)
      case (.closed, UInt8(ascii: "\"")):
        unquoted.append(byte)
        state = .quoted
      case (_, UInt8(ascii: ",")):
        cells.append(cellStart..<unquoted.count)
        cellStart = unquoted.count
        state = .start
        opened = place + 1
      case (_, 0x0D): throw CSVRecord.lonelyReturn(place)
      case (.start, UInt8(ascii: "\"")): state = .quoted
      case (.plain, UInt8(ascii: "\"")):
        throw CSVProblem(
          "a quote inside a cell that does not begin with one", place, help: "put the whole cell in quotes and double the ones inside")
      case (.closed, _):
        throw CSVProblem("text after the closing quote of a cell", place, help: "a quote inside a quoted cell is written twice")
      case (.start, _), (.plain, _):
        unquoted.append(byte)
        state = .plain
      }
    }
    if state == .quoted { throw CSVProblem("the quote opened here is never closed", opened) }
    cells.append(cellStart..<unquoted.count)
  }

  private func checkText(_ record: UnsafeRawBufferPointer) throws(CSVProblem) {
    guard let trouble = textTrouble(in: Array(record)) else { return }
    throw CSVProblem(trouble.message, trouble.offset, help: trouble.help)
  }

  private static func lonelyReturn(_ offset: Int) -> CSVProblem {
    CSVProblem("a line ends with a carriage return alone", offset, help: "save the file with LF or CRLF line ends")
  }
}

/// Why it cannot be told where a record's cells are.
struct CSVProblem: Error {
  /// Bytes of the record before the place.
  let offset: Int
  let message: String
  let help: String?

  init(_ message: String, _ offset: Int, help: String? = nil) {
    self.message = message
    self.offset = offset
    self.help = help
  }
}
