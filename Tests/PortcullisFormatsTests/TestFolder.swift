import Glibc
import PortcullisCore
import PortcullisFormats
import Testing

/// A folder of its own for one test, removed with it.
final class TestFolder {
  /// Without symbolic links, so that it is a prefix of what readers show.
  let path: String

  init() throws {
    var template = Array("/tmp/portcullis-formats-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template), let real = realpath(made, nil) else { throw TestTrouble.noFolder }
    path = String(cString: real)
    free(real)
  }

  deinit { remove(path) }

  /// Writes a file below the folder and returns its path.
  @discardableResult func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let target = path + "/" + name
    for (index, character) in name.enumerated() where character == "/" { mkdir(path + "/" + name.prefix(index), 0o755) }
    let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw TestTrouble.cannotWrite(target) }
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done) }  // not empty
      guard count > 0 else { throw TestTrouble.cannotWrite(target) }
      done += count
    }
    return target
  }

  @discardableResult func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  func link(_ name: String, to target: String) throws {
    guard symlink(target, path + "/" + name) == 0 else { throw TestTrouble.cannotWrite(name) }
  }

  var project: ProjectFiles { get throws { try ProjectFiles(root: path) } }

  /// Loads the evalset in a folder below this one.
  func load(_ name: String = "set", golden: String? = nil, today: String? = nil) throws -> LoadedEvalset {
    try loadEvalset(at: path + "/" + name, project: project, golden: golden.map { path + "/" + $0 }, today: today)
  }

  /// What a reader says of what is wrong, each diagnostic as printed, paths relative to this folder; empty where nothing is.
  func problems(_ body: () throws -> Void) throws -> [String] {
    do {
      try body()
      return []
    } catch let problems as Problems {
      return problems.diagnostics.map(shown)
    } catch let diagnostic as Diagnostic {
      return [shown(diagnostic)]
    }
  }

  func shown(_ diagnostic: Diagnostic) -> String {
    diagnostic.description.replacing(path + "/", with: "")
  }

  private func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR, let handle = opendir(path) {
      while let entry = readdir(handle) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { remove(path + "/" + name) }
      }
      closedir(handle)
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}

enum TestTrouble: Error { case noFolder, cannotWrite(String) }

/// All cases of an evalset, as its stream hands them out.
func cases(of evalset: LoadedEvalset) throws -> [Case] {
  let stream = evalset.makeStream()
  var cases = [Case]()
  while let next = try stream.next() { cases.append(next) }
  return cases
}
