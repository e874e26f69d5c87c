import PortcullisCore

/// The records of one file of cases, one after the other, each as a node with our field names.
///
/// What is wrong with one record of a JSON Lines file or table is reported, and the next one follows; what makes the rest unreadable is
/// reported and ends the file.
final class CaseRecords {
  private enum Reader {
    case nodes([Node], next: Int)
    case lines(JSONLines)
    case table(CSVReader, columns: [[String]])
    case ended
  }

  private let mapping: FieldMapping?
  private let problems: FileProblems
  private var reader = Reader.ended
  private var fallback: Digest?

  init(_ source: CaseSource, _ problems: FileProblems) throws {
    mapping = source.mapping
    self.problems = problems
    do {
      switch source.format {
      case .yaml:
        let bytes = try source.file.readAll()
        fallback = Digest(of: bytes)
        reader = .nodes(try yamlRecords(bytes, source.file.shown), next: 0)
      case .lines: reader = .lines(JSONLines(source.file, problems))
      case .table:
        let csv = CSVReader(source.file)
        if let columns = try header(of: csv) { reader = .table(csv, columns: columns) }
      }
    } catch { try problems.list.add(error) }
  }

  /// nil at the end.
  func next() throws -> Node? {
    do {
      switch reader {
      case .ended: return nil
      case .nodes(let nodes, let next):
        guard next < nodes.count else { return nil }
        reader = .nodes(nodes, next: next + 1)
        return mapped(nodes[next])
      case .lines(let lines):
        return try lines.next().map(mapped)
      case .table(let csv, let columns):
        while let cells = try csv.next() {
          if let node = row(cells, columns) { return node }
        }
        return nil
      }
    } catch {
      reader = .ended
      problems.list.add(error)
      return nil
    }
  }

  /// The digest of the whole file, once `next` has returned nil; nil where it was not read to its end.
  func finish() -> Digest? {
    switch reader {
    case .ended: nil
    case .nodes: fallback
    case .lines(let lines): lines.finish()
    case .table(let csv, _): csv.source.finish()
    }
  }

  private func mapped(_ node: Node) -> Node { mapping?.apply(node) ?? node }

  private func yamlRecords(_ bytes: [UInt8], _ file: String) throws -> [Node] {
    guard let root = try readYAML(bytes, file: file), !root.isNull else {
      throw Diagnostic(.error, "the file holds no case", at: Place(file: file), help: "write a list of cases: '- id: …'")
    }
    guard let nodes = root.sequence else {
      throw Diagnostic(
        .error, "the file is \(root.shown); it must be a list of cases", at: problems.place(root.position),
        help: "begin each case with '- id: …'")
    }
    guard !nodes.isEmpty else { throw Diagnostic(.error, "the list of cases is empty", at: problems.place(root.position)) }
    return nodes
  }

  /// The columns by our names; nil, with the problems reported, where they cannot be used.
  private func header(of csv: CSVReader) throws(Diagnostic) -> [[String]]? {
    guard let cells = try csv.next() else { throw Diagnostic(.error, "the file is empty", at: Place(file: problems.file)) }
    let before = problems.list.errorCount
    let names = cells.map { cell in String(cell.text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
    if names.count == 1, let separator = names[0].first(where: { $0 == ";" || $0 == "\t" }) {
      throw Diagnostic(
        .error, "the header has one column", at: problems.place(cells[0].position),
        help: "the columns are separated by \(separator == ";" ? "';'" : "tabs"); write commas")
    }
    var columns = [[String]](), first = [String: Position]()
    for (name, cell) in zip(names, cells) {
      let ours = mapping?.names(for: name) ?? [name]
      for our in ours {
        if let trouble = problem(inColumn: our) { problems.error(trouble.message, at: cell.position, help: trouble.help) }
        if let twin = first.updateValue(cell.position, forKey: our) {
          problems.error("the column '\(our)' is given twice; first in column \(twin.column)", at: cell.position)
        }
      }
      columns.append(ours)
    }
    return problems.list.errorCount == before ? columns : nil
  }

  /// The row's cells that hold something; nil, with the problem reported, where their count is not the header's.
  private func row(_ cells: [CSVCell], _ columns: [[String]]) -> Node? {
    guard cells.count == columns.count else {
      problems.error(
        "the row has \(cells.count) cells, the header \(columns.count)", at: cells[0].position,
        help: cells.count > columns.count ? "a cell with a comma in it must be in quotes" : nil)
      return nil
    }
    var entries = [Node.Entry]()
    for (index, cell) in cells.enumerated() where !cell.text.isEmpty {
      for name in columns[index] {
        entries.append(
          Node.Entry(key: name, keyPosition: cell.position, value: Node(.scalar(Scalar(cell.text, .cell)), at: cell.position)))
      }
    }
    return Node(.mapping(entries), at: cells[0].position)
  }
}
