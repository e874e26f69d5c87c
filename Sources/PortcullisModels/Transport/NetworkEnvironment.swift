/// What environment variables say about reaching the network: proxies, the hosts to reach without, certificates.
package struct NetworkEnvironment: Sendable, Hashable {
  /// Empty for none.
  package var httpProxy: String
  package var httpsProxy: String
  /// Names, suffixes and CIDR ranges, separated by commas, loopback always among them; or `*` alone.
  package var noProxy: String
  /// A PEM file and a folder of hashed certificates; nil for the system's.
  package var certificateFile: String?
  package var certificateFolder: String?

  /// Reads the variables that curl reads. `HTTP_PROXY` in capitals is left out, as there: a CGI server lets a request set it.
  package init(_ variables: [String: String]) {
    func first(_ names: String...) -> String? {
      names.lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
    }
    let general = first("all_proxy", "ALL_PROXY") ?? ""
    httpProxy = first("http_proxy") ?? general
    httpsProxy = first("https_proxy", "HTTPS_PROXY") ?? general
    let exceptions = first("no_proxy", "NO_PROXY") ?? ""
    noProxy = exceptions == "*" ? "*" : (exceptions.isEmpty ? "" : exceptions + ",") + "localhost,127.0.0.0/8,::1"
    certificateFile = first("CURL_CA_BUNDLE", "SSL_CERT_FILE")
    certificateFolder = first("SSL_CERT_DIR")
  }
}
