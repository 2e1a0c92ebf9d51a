// swift-tools-version: 6.2
// webhook2fedmsg: webhooks in, Fedora messages out.

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

// What fuzzers feed looks into the modules (`@testable`), which release builds allow only where they are told to. So it is
// part of a test, and a library of its own only for the fuzzer (`Tests/run --fuzz`, which sets the variable).
let fuzzed: [Target.Dependency] = [
    "AMQP", "CLibpq", "Cryptography", "Database", "Encodings", "EventLoop", "FedoraMessaging", "Gateway", "HTTPClient",
    "HTTPServer",
    "OIDC", "WebPages", "WebhookServices", .product(name: "Logging", package: "swift-log"),
]
let fuzzTargets: [Target] =
    Context.environment["W2F_FUZZ"] == nil
    ? [
        .testTarget(
            name: "FuzzTests", dependencies: fuzzed, path: "Tests/Fuzz",
            exclude: ["Corpus", "LibFuzzer", "README.md", "Runner"],
            swiftSettings: strict)
    ]
    : [
        .target(name: "FuzzTargets", dependencies: fuzzed, path: "Tests/Fuzz/Targets", swiftSettings: strict),
        // libFuzzer itself comes with the sanitizer's option.
        .target(name: "CLibFuzzer", path: "Tests/Fuzz/LibFuzzer"),
        .executableTarget(
            name: "fuzz", dependencies: ["CLibFuzzer", "FuzzTargets"], path: "Tests/Fuzz/Runner", swiftSettings: strict),
    ]

let package = Package(
    name: "webhook2fedmsg",
    products: [
        .executable(name: "webhook2fedmsg", targets: ["webhook2fedmsg"]),
        .executable(name: "webhook2fedmsg-bench", targets: ["webhook2fedmsg-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
    ],
    targets: [
        // C libraries
        .target(name: "CProcess"),
        .target(name: "CLibev", linkerSettings: [.linkedLibrary("ev")]),
        .target(name: "CLibcurl", linkerSettings: [.linkedLibrary("curl")]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CXXHash", linkerSettings: [.linkedLibrary("xxhash")]),

        // The foundation: no protocol, no I/O but the loop's
        .target(name: "Encodings", swiftSettings: strict),
        .target(name: "Cryptography", dependencies: ["COpenSSL", "CXXHash", "Encodings"], swiftSettings: strict),
        .target(name: "EventLoop", dependencies: ["CLibev", "COpenSSL", "Encodings"], swiftSettings: strict),

        // Protocols and services
        .target(
            name: "HTTPServer",
            dependencies: [
                "Encodings", "EventLoop",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(name: "HTTPClient", dependencies: ["CLibcurl", "EventLoop"], swiftSettings: strict),
        .target(
            name: "AMQP",
            dependencies: [
                "EventLoop",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "Database",
            dependencies: [
                "EventLoop", "CLibpq", "CSQLite", "Cryptography", "Encodings",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(name: "OIDC", dependencies: ["Cryptography", "Encodings"], swiftSettings: strict),
        .target(
            name: "FedoraMessaging",
            dependencies: ["Cryptography", "Encodings", .product(name: "TOMLKit", package: "TOMLKit")],
            swiftSettings: strict),
        .target(
            name: "WebhookServices",
            dependencies: ["CSimdJSON", "Cryptography", "Encodings"],
            swiftSettings: strict),

        // The pages for people: templates, style and view models, without I/O
        .target(
            name: "WebPages",
            dependencies: ["Cryptography", "Encodings", .product(name: "Mustache", package: "swift-mustache")],
            resources: [.embedInCode("Resources")],
            swiftSettings: strict),

        // What ties them together
        .target(
            name: "Gateway",
            dependencies: [
                "AMQP", "CProcess", "Cryptography", "Database", "Encodings", "EventLoop", "FedoraMessaging",
                "HTTPClient",
                "HTTPServer", "OIDC",
                "WebPages", "WebhookServices",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "webhook2fedmsg",
            dependencies: [
                "CProcess", "Encodings", "EventLoop", "FedoraMessaging", "Gateway", "WebhookServices",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict,
            // All symbols are bound at the start, so that the table of their addresses is read-only from then on.
            linkerSettings: [.unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"])]),

        // Benchmarks
        .executableTarget(
            name: "webhook2fedmsg-bench",
            dependencies: [
                "Cryptography", "Encodings", "EventLoop",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            path: "Benchmarks/webhook2fedmsg-bench",
            swiftSettings: strict),
        // The yardstick: libev and HMAC in plain C callbacks, nothing else.
        .executableTarget(
            name: "bare-loop",
            path: "Benchmarks/bare-loop",
            linkerSettings: [.linkedLibrary("ev"), .linkedLibrary("crypto")]),

        // Tests
        .testTarget(name: "EncodingsTests", dependencies: ["Encodings"], swiftSettings: strict),
        .testTarget(
            name: "CryptographyTests", dependencies: ["COpenSSL", "Cryptography", "Encodings", "TestSupport"],
            swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(name: "TLSTesting", dependencies: ["COpenSSL"], path: "Tests/TLSTesting", swiftSettings: strict),
        .testTarget(
            name: "EventLoopTests", dependencies: ["COpenSSL", "EventLoop", "TLSTesting"], swiftSettings: strict),
        .testTarget(
            name: "HTTPServerTests", dependencies: ["HTTPServer", "EventLoop", "TestSupport", "TLSTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPClientTests", dependencies: ["HTTPClient", "EventLoop", "TestSupport", "TLSTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "OIDCTests",
            dependencies: ["COpenSSL", "Cryptography", "Encodings", "TestSupport", "OIDC"],
            swiftSettings: strict),
        .testTarget(
            name: "AMQPTests", dependencies: ["AMQP", "EventLoop", "TestSupport", "TLSTesting"], swiftSettings: strict),
        .testTarget(name: "DatabaseTests", dependencies: ["Database", "EventLoop"], swiftSettings: strict),
        .testTarget(
            name: "FedoraMessagingTests", dependencies: ["Cryptography", "FedoraMessaging", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "WebhookServicesTests", dependencies: ["Encodings", "TestSupport", "WebhookServices"],
            swiftSettings: strict),
        .testTarget(name: "WebPagesTests", dependencies: ["Gateway", "WebPages"], swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "AMQP", "Cryptography", "Database", "Encodings", "EventLoop", "FedoraMessaging",
                "HTTPServer",
                "TestSupport", "OIDC", "WebPages", "WebhookServices",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "BenchTests", dependencies: ["Cryptography", "Encodings", "webhook2fedmsg-bench"],
            path: "Benchmarks/Tests",
            swiftSettings: strict),
    ] + fuzzTargets,
    cxxLanguageStandard: .cxx17
)
