package import PortcullisChecks
package import PortcullisCore
import Synchronization

/// Compiled prompt templates by digest: a million cases share a handful.
package final class TemplateCache: Sendable {
  private let compiled = Mutex<[Digest: Template]>([:])

  package init() {}

  package func template(_ prompt: PromptText) throws(TemplateProblem) -> Template {
    if let known = compiled.withLock({ $0[prompt.digest] }) { return known }
    let template = try Template(parsing: prompt.text)
    compiled.withLock { $0[prompt.digest] = template }
    return template
  }
}
