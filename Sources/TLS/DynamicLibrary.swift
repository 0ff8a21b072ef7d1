import Glibc

/// A shared library opened at run time. It is never closed: the functions taken from it stay valid for ever.
struct DynamicLibrary {
    /// The loader's own words.
    struct Failure: Error {
        var message: String
    }

    private let handle: UnsafeMutableRawPointer

    init(named name: String) throws(Failure) {
        guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { throw Self.lastFailure() }
        self.handle = handle
    }

    /// The function `name` of this library or of those that it needs, as `Function`, which must be its exact
    /// `@convention(c)` type: nothing can check it here.
    func function<Function>(_ name: String) throws(Failure) -> Function {
        guard let symbol = dlsym(handle, name) else { throw Self.lastFailure() }
        // allowed: C has no other way to make a function of an address; the type is checked against the headers by the gate
        return unsafeBitCast(symbol, to: Function.self)
    }

    private static func lastFailure() -> Failure {
        Failure(message: dlerror().map { String(cString: $0) } ?? "unknown error of the loader")
    }
}
