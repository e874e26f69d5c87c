import Glibc
package import PortcullisCore

/// The files a user's files may name: those inside the project folder, and nothing a link or a `..` could reach outside it.
///
/// Paths given on the command line may lie anywhere; what such a file then names must lie inside the project, or inside its own folder.
package struct ProjectFiles: Sendable {
  /// The project folder, symbolic links resolved.
  package let root: String

  /// Throws a `Diagnostic` where the folder does not exist.
  package init(root: String) throws(Diagnostic) {
    guard let real = resolvedPath(root) else { throw Diagnostic(.error, "there is no such folder", at: Place(file: root)) }
    self.root = real
  }

  /// A file from the command line.
  package func file(given path: String, limit: Int) throws(Diagnostic) -> RegularFile {
    try RegularFile(path: path, shown: path, limit: limit)
  }

  /// A file that another file names.
  ///
  /// - Parameters:
  ///   - name: As written: relative, without `..`.
  ///   - folder: The folder of the file that names it, as the user would type it; `""` is the working folder.
  ///   - limit: Bytes; more are refused.
  package func file(named name: String, in folder: String, limit: Int = 16 << 20) throws(Diagnostic) -> RegularFile {
    let shown = joined(folder, name)
    let place = Place(file: shown)
    if let trouble = problem(inPath: name) { throw Diagnostic(.error, trouble, at: place, help: fenceHelp) }
    let file = try RegularFile(path: shown, shown: shown, limit: limit)
    guard isInside(file.realPath, fence(of: folder)) else {
      throw Diagnostic(.error, "the file lies outside the project folder", at: place, help: fenceHelp)
    }
    return file
  }

  /// The folder that everything named from `folder` must lie in: the project, else the folder itself.
  package func fence(of folder: String) -> String {
    guard let real = resolvedPath(folder.isEmpty ? "." : folder) else { return root }
    return isInside(real, root) ? root : real
  }

  private var fenceHelp: String { "a file may name only files inside its project folder" }
}

/// A folder and a relative path as a user would type them.
package func joined(_ folder: String, _ name: String) -> String {
  folder.isEmpty || folder == "." ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
}

/// The part of a path before its last slash; `""` where it has none.
package func folder(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Why a path written in a file may not be followed; nil for one that may.
package func problem(inPath name: String) -> String? {
  if name.isEmpty { return "the file name is empty" }
  if name.utf8.contains(0) { return "a file name may not hold NUL" }
  if name.hasPrefix("/") { return "'\(name)' is an absolute path" }
  if name.hasPrefix("~") { return "'\(name)' points to a home folder" }
  if let scheme = name.firstRange(of: ":"), name[scheme.upperBound...].hasPrefix("/") { return "'\(name)' is an address, not a file" }
  if name.utf8.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual("..".utf8) }) {
    return "'\(name)' leads out of its folder"
  }
  return nil
}

/// Whether a resolved path lies in a resolved folder, by whole components: `/suite-evil` is not in `/suite`.
func isInside(_ path: String, _ folder: String) -> Bool {
  if folder == "/" { return path.hasPrefix("/") }
  let path = Array(path.utf8), folder = Array(folder.utf8)
  return path.starts(with: folder) && (path.count == folder.count || path[folder.count] == UInt8(ascii: "/"))
}
