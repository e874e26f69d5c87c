import Glibc
package import PortcullisCore

/// Loads `portcullis.yaml`, applies what the command line changes, and gathers everything that is wrong.
///
/// - Parameters:
///   - path: The config, as the user would type it; nil for none: everything then comes from `overrides`.
///   - environment: The process's variables; only those that the config names are looked at.
///   - today: `YYYY-MM-DD`, to tell an expired waiver; nil leaves that open.
/// - Throws: All problems. Nothing was called.
package func loadConfig(
  path: String?, overrides: ConfigOverrides = ConfigOverrides(), environment: [String: String] = [:], today: String? = nil
) throws(Problems) -> Config {
  let list = ProblemList()
  var places = ConfigPlaces()
  var config: Config?
  do {
    config = try read(path, overrides, environment, today, list, &places)
  } catch {
    list.addAny(error, at: path.map { Place(file: $0) })
  }
  do { try list.check() } catch { throw Problems(places.inOrder((error as? Problems)?.diagnostics ?? [])) }
  guard var config else { throw Problems([Diagnostic(.error, "the config cannot be read", at: path.map { Place(file: $0) })]) }
  config.warnings = places.inOrder(list.warnings)
  return config
}

private func read(
  _ path: String?, _ overrides: ConfigOverrides, _ environment: [String: String], _ today: String?, _ list: ProblemList,
  _ places: inout ConfigPlaces
) throws -> Config {
  let folder = path.map(folder(of:)) ?? ""
  let files = try ProjectFiles(root: folder.isEmpty ? "." : folder)
  let problems = FileProblems(file: path ?? "", list)
  let reader = ConfigReader(path: path, folder: folder, files: files, problems: problems, variables: environment, today: today)
  guard let path else {
    if !overrides.sets.isEmpty { list.add(Diagnostic(.error, "there is no config whose targets could be set", at: Place(file: "--set"))) }
    return reader.config(Node(.mapping([]), at: places.position(of: "the command line")), overrides)
  }
  let bytes = try files.file(given: path, limit: 1 << 20).readAll()
  if isWritableByAll(path) {
    list.add(Diagnostic(.warning, "everybody on this machine may write this file", at: Place(file: path), help: "chmod o-w \(path)"))
  }
  guard let root = try readYAML(bytes, file: path) else {
    throw Diagnostic(.error, "the config is empty", at: Place(file: path), help: "write at least 'targets' and 'evalsets'")
  }
  var config = reader.config(applySets(overrides.sets, to: root, list, &places), overrides)
  config.digest = Digest(of: bytes)
  return config
}

/// The tree with every `--set` in it; later ones win.
private func applySets(_ sets: [String], to root: Node, _ list: ProblemList, _ places: inout ConfigPlaces) -> Node {
  var tree = root
  for text in sets {
    do {
      let set = try SetOption(text)
      do throws(Objection) {
        let (name, keys) = try set.split(names: tree["targets"]?.mapping?.map(\.key) ?? [])
        let value = try set.node(keys: keys, at: places.position(of: set.option))
        tree = tree.replacing((["targets", name] + keys)[...], with: value)
      } catch {
        list.add(error.diagnostic(at: Place(file: set.option)))
      }
    } catch {
      list.add(error.diagnostic(at: Place(file: "--set")))
    }
  }
  return tree
}

private func isWritableByAll(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IWOTH != 0
}
