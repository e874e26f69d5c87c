package import PortcullisChecks
import PortcullisCore

/// Reads a rubric: Markdown with front matter (formats.md §4). Its name is the file's, without the ending. Throws `Problems`.
package func loadRubric(_ file: RegularFile) throws -> Rubric {
  let name = String(file.shown.split(separator: "/").last.map { $0.hasSuffix(".md") ? $0.dropLast(3) : $0 } ?? "")
  return try readRubric(try file.readAll(), name: name, file: file.shown)
}

func readRubric(_ raw: [UInt8], name: String, file: String) throws -> Rubric {
  do {
    let text = try SourceText(raw, file: file)
    guard let (front, body) = split(text.bytes) else {
      throw Diagnostic(
        .error, "the rubric has no front matter", at: Place(file: file, line: 1, column: 1), help: "begin with '---', 'kind: …' and '---'")
    }
    let root = try readYAML(front, file: file)
    guard let root, root.mapping != nil else {
      throw Diagnostic(.error, "the front matter is no mapping", at: Place(file: file, line: 1, column: 1), help: "write 'kind: …' in it")
    }
    let list = ProblemList()
    let problems = FileProblems(file: file, list)
    guard case .object(let fields) = problems.json(root) else {
      throw Diagnostic(.error, "the front matter is no mapping", at: Place(file: file))
    }
    do throws(RubricProblems) {
      return try Rubric(name: name, fields: fields, body: String(decoding: body, as: UTF8.self))
    } catch {
      for problem in error.problems {
        problems.error(problem.diagnostic.message, at: place(of: problem.path, in: root), help: problem.diagnostic.help)
      }
      try list.check()
      throw Diagnostic(.error, "the rubric cannot be read", at: Place(file: file))
    }
  } catch let diagnostic as Diagnostic {
    throw Problems([diagnostic])
  }
}

/// The front matter, with its first line emptied so that lines keep their numbers, and the body.
private func split(_ bytes: [UInt8]) -> (front: [UInt8], body: ArraySlice<UInt8>)? {
  let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  func isFence(_ line: ArraySlice<UInt8>) -> Bool {
    var line = line
    while let last = line.last, last == 0x0D || last == 0x20 { line.removeLast() }
    return line.elementsEqual("---".utf8)
  }
  guard let first = lines.first, isFence(first), let end = lines.dropFirst().firstIndex(where: isFence) else { return nil }
  let body = lines[end].endIndex < bytes.endIndex ? bytes[(lines[end].endIndex + 1)...] : []
  return ([UInt8(ascii: "\n")] + bytes[first.endIndex + 1..<lines[end].startIndex], body)
}

/// Where the value at a path stands, or as much of the path as there is.
private func place(of path: [String], in root: Node) -> Position {
  var node = root
  var position = root.position
  for step in path {
    if let entry = node.mapping?.first(where: { sameBytes($0.key, step) }) {
      position = entry.keyPosition
      node = entry.value
    } else if let nodes = node.sequence, let index = Int(step), nodes.indices.contains(index) {
      node = nodes[index]
      position = node.position
    } else {
      break
    }
  }
  return position
}
