import PortcullisCore

/// The evalset folders a config names: paths, or globs with `*`, which must match something.
struct EvalsetPaths {
  let files: ProjectFiles
  let folder: String
  let problems: FileProblems

  /// As the user would type them, in the order written; a folder that a glob matches again counts once.
  func read(_ node: Node) -> [String] {
    let nodes = node.sequence ?? [node]
    if nodes.isEmpty { problems.error("'evalsets' is an empty list", at: node.position, help: "name a folder, as in 'evalsets/support'") }
    var found = [String](), named = [String]()
    for item in nodes {
      guard let name = problems.text(item, "evalsets") else { continue }
      for path in problems.attempt(at: item.position, { () throws(Objection) in try paths(name) }) ?? [] {
        if !found.contains(where: { sameBytes($0, path) }) { found.append(path) }
        guard !name.contains("*") else { continue }
        if named.contains(where: { sameBytes($0, path) }) {
          problems.error("the evalset '\(path)' is named twice", at: item.position, help: "keep one of them")
        }
        named.append(path)
      }
    }
    return found
  }

  private func paths(_ name: String) throws(Objection) -> [String] {
    let fenceHelp = "a config may name only folders inside its project folder"
    if let trouble = problem(inPath: name) { throw Objection(trouble, help: fenceHelp) }
    var written = name
    while written.hasSuffix("/") { written.removeLast() }
    let isGlob = written.contains("*")
    let matches = filesMatching(written, in: folder).map { joined(folder, $0) }.filter { !isGlob || isFolder($0) }
    guard !matches.isEmpty else { throw Objection("'\(name)' matches no folder") }
    for match in matches {
      guard let real = resolvedPath(match) else { throw Objection("there is no folder '\(match)'") }
      guard isInside(real, files.fence(of: folder)) else { throw Objection("'\(match)' lies outside the project folder", help: fenceHelp) }
    }
    return matches
  }
}
