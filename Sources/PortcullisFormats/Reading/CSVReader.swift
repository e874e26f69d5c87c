import PortcullisCore

/// One cell of a table and where it begins.
struct CSVCell {
  let text: String
  let position: Position
}

/// The records of a CSV file by RFC 4180, one at a time: commas, quotes doubled inside quotes, line breaks kept inside quotes.
///
/// Strict where spreadsheets are lenient: a quote inside an unquoted cell, or text after a closing quote, would be read as something
/// nobody wrote, so it is refused.
final class CSVReader {
  let source: ByteSource
  private enum State { case start, plain, quoted, closed, afterReturn }

  private var chunk: [UInt8] = []
  private var place = 0
  private var line = 1
  private var column = 1
  private let limit: Int

  /// - Parameter limit: Bytes of one record; a longer one is refused.
  init(_ file: RegularFile, limit: Int = 8 << 20) {
    source = ByteSource(file)
    self.limit = limit
  }

  /// The next record that is not an empty line; nil at the end. Throws what makes it impossible to tell where records begin.
  func next() throws(Diagnostic) -> [CSVCell]? {
    while let cells = try nextRecord() {
      if cells.count > 1 || !cells[0].text.isEmpty { return cells }
    }
    return nil
  }

  private func nextRecord() throws(Diagnostic) -> [CSVCell]? {
    var cells = [CSVCell](), cell = [UInt8](), state = State.start, size = 0
    var opened = Position(line: line, column: column)
    guard var byte = try take() else { return nil }
    while true {
      size += 1
      guard size <= limit else { throw failure("the record has more than \(limit) bytes", opened) }
      switch (state, byte) {
      case (.quoted, UInt8(ascii: "\"")): state = .closed
      case (.quoted, _):
        cell.append(byte)
        size += takeRun(into: &cell) { $0 == UInt8(ascii: "\"") }
      case (.closed, UInt8(ascii: "\"")):
        cell.append(byte)
        state = .quoted
      case (.start, UInt8(ascii: "\"")): state = .quoted
      case (.plain, UInt8(ascii: "\"")):
        throw failure(
          "a quote inside a cell that does not begin with one", here, help: "put the whole cell in quotes and double the ones inside")
      case (.afterReturn, 0x0A):
        cells.append(try finished(cell, opened))
        return cells
      case (.afterReturn, _):
        throw failure("a line ends with a carriage return alone", here, help: "save the file with LF or CRLF line ends")
      case (.start, UInt8(ascii: ",")), (.plain, UInt8(ascii: ",")), (.closed, UInt8(ascii: ",")):
        cells.append(try finished(cell, opened))
        cell.removeAll(keepingCapacity: true)
        state = .start
        opened = Position(line: line, column: column)
      case (.start, 0x0A), (.plain, 0x0A), (.closed, 0x0A):
        cells.append(try finished(cell, opened))
        return cells
      case (.start, 0x0D), (.plain, 0x0D), (.closed, 0x0D): state = .afterReturn
      case (.closed, _):
        throw failure("text after the closing quote of a cell", here, help: "a quote inside a quoted cell is written twice")
      case (.start, _), (.plain, _):
        cell.append(byte)
        size += takeRun(into: &cell) { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D }
        state = .plain
      }
      guard let next = try take() else { break }
      byte = next
    }
    if state == .quoted { throw failure("the quote opened here is never closed", opened) }
    if state == .afterReturn {
      throw failure("a line ends with a carriage return alone", here, help: "save the file with LF or CRLF line ends")
    }
    cells.append(try finished(cell, opened))
    return cells
  }

  /// Where the byte taken last stands.
  private var here: Position { Position(line: line, column: max(1, column - 1)) }

  private func take() throws(Diagnostic) -> UInt8? {
    if place == chunk.count {
      guard let next = try source.next() else { return nil }
      chunk = next
      place = 0
      guard !chunk.isEmpty else { return try take() }
    }
    let byte = chunk[place]
    place += 1
    if byte == 0x0A {
      line += 1
      column = 1
    } else if byte & 0xC0 != 0x80 {
      column += 1
    }
    return byte
  }

  /// Takes the bytes before the next special one of this chunk: most of a table is made of such runs.
  private func takeRun(into cell: inout [UInt8], until isSpecial: (UInt8) -> Bool) -> Int {
    var line = line, column = column, end = place
    chunk.withUnsafeBufferPointer { bytes in
      while end < bytes.count, !isSpecial(bytes[end]) {
        if bytes[end] == 0x0A {
          line += 1
          column = 1
        } else if bytes[end] & 0xC0 != 0x80 {
          column += 1
        }
        end += 1
      }
    }
    defer { (self.line, self.column, place) = (line, column, end) }
    cell += chunk[place..<end]
    return end - place
  }

  private func finished(_ bytes: [UInt8], _ position: Position) throws(Diagnostic) -> CSVCell {
    if let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) { return CSVCell(text: text, position: position) }
    let trouble = textTrouble(in: bytes)
    throw failure(trouble?.message ?? "this cell is no text", position, help: trouble?.help)
  }

  private func failure(_ message: String, _ position: Position, help: String? = nil) -> Diagnostic {
    Diagnostic(
      .error, message, at: Place(file: source.file.shown, line: Int(position.line), column: Int(position.column)), help: help)
  }
}
