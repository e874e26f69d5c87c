package import PortcullisCore

/// The records of a JSON Lines file, one after the other. A line that is no JSON is reported, and the next one follows.
final class JSONLines {
  private let source: ByteSource
  private let lines: LineReader
  private let problems: FileProblems

  init(_ file: RegularFile, _ problems: FileProblems) {
    source = ByteSource(file)
    lines = LineReader(source)
    self.problems = problems
  }

  /// nil at the end. Throws what makes the rest unreadable.
  func next() throws(Diagnostic) -> Node? {
    while let (bytes, line) = try lines.next() {
      let node: Node
      do throws(Diagnostic) {
        node = try readJSON(bytes, firstLine: line, problems: problems)
      } catch {
        if line == 1, bytes.first == UInt8(ascii: "[") { throw arrayFile(line) }
        problems.list.add(badText(bytes, line) ?? error)
        continue
      }
      if node.sequence != nil, line == 1 { throw arrayFile(line) }
      return node
    }
    return nil
  }

  /// The digest of the whole file, once `next` has returned nil.
  func finish() -> Digest { source.finish() }

  private func arrayFile(_ line: Int) -> Diagnostic {
    Diagnostic(
      .error, "this is one JSON list, not JSON Lines", at: Place(file: problems.file, line: line, column: 1),
      help: "write one object a line")
  }

  /// What is wrong with a line before it is read as JSON: the scanner sees bad bytes only as part of a text.
  private func badText(_ bytes: [UInt8], _ line: Int) -> Diagnostic? {
    guard let trouble = textTrouble(in: bytes) else { return nil }
    let column = Int(position(of: trouble.offset, in: bytes).column)
    return Diagnostic(.error, trouble.message, at: Place(file: problems.file, line: line, column: column), help: trouble.help)
  }
}

/// All records of a JSON Lines file of ours as JSON with their places; throws `Problems`.
///
/// - Parameter limit: Bytes; a larger file is refused.
package func jsonLines(at path: String, project: ProjectFiles, limit: Int = 64 << 20) throws -> [(value: JSON, place: Place)] {
  let file = try project.file(given: path, limit: limit)
  let list = ProblemList()
  let problems = FileProblems(file: path, list)
  let lines = JSONLines(file, problems)
  var records = [(value: JSON, place: Place)]()
  do {
    while let node = try lines.next() { records.append((problems.json(node), problems.place(node.position))) }
  } catch { list.add(error) }
  try list.check()
  return records
}
