/// Key pairs of the scripted provider. They are worth nothing: everybody can read them here.
enum TestKeys {
    /// RSA with 2048 bits.
    static let first: [String: String] = [
        "d":
            "DDb_bAuv_MZ55PJBd7JMRfdA1zVbmKM76kGWnObr5Q7s_Y6ddcFJw7kkuG7sBRcIGwgADM3M0gntZGiezTQcFyvPhK"
            + "fmTqkugoajHiNDO3zU-WmeJF-IP6b3SgdmB47NA0MAAmbrixGqMr8xB1f1WvjGcS4Aen0bsEQW6R0r_Co7A0hwWgw7"
            + "GZKIfus3yd6cpOtDBKqVNaFS9-Odk4YprSDRrb-JJwEtnIGpvs-GjJ3STEUXC_GTao0CXj4MKlvGkWXmmj6UPkRu_R"
            + "DJnkAA1yc35fjakBOey3jJfvhWsF3pWj3ugnmANc_5lc_iWu8NGcOnxX5HOXv7YmDhdjywMQ",
        "e": "AQAB",
        "kty": "RSA",
        "n":
            "u4UqVuYn90XIMiQ-uQtzsUttWRAt70JMAgJUs_5eYx1yYuwXh4LCeW2WMUWHd3UwCZnhdwaiQvfezF52AUEFp1zPg7"
            + "aJt-OGm90T5UcF-1OP4EC85Wo9PNHSXVmni7aiZRsAYkgyfeI2Wt-qCgOFH32YnSQFERDchZf3rUANCHmbCgGDBZ9F"
            + "4XBkSsoAKI45mriugcbLep5hinWWe-QtGdT62WpwRU95xnYyVVRE9-9IrX7Vf_mDSXUmcntdantCfO7u0RfMlhFzCT"
            + "8CHnx6Trpm-8Toys5VNrbGB7-G7PtYWlUtPqhculzdAkzFJ8iJ1JJ2KER_te5bhZ0u_HDg9w",
    ]

    /// Another one.
    static let second: [String: String] = [
        "d":
            "DNZb7orlLY2ouTZXsmfFxiPhQSUt_87Xi0I30ykVMWv9TXZ-U_UKcX_dwchhsv5PRPB1H-eSjBHYe4kHKD2COStQ6a"
            + "tEcBTGEbU4e2Vh8MyVdnAETy-LSJUM0yqfWAlscRSKR8Cy_SrQ-x2MjPoypSbe_W7Ei7lMIbt6bLbv1MTihdcxxHjp"
            + "nt4GsLrotAW2cQAZy-EjUGsKjjO1sIc8Y7JRwXMPdDNEi2eOrk_EgRwLIzxAQ0Fm4lSTPXAVNQvUJKmDRiOMFjNo0N"
            + "up6WajK7nWcWJXsGiIAcXB_Zm74E3uqqG3btrM9SiyuMxwdsYtSN4WDrL8UusM0AKZggEMsw",
        "e": "AQAB",
        "kty": "RSA",
        "n":
            "rC8orYiMFkIm1XOnAZ9hLOQoDADUEWdPlMq2T9eAXNUIPZpvLwY_O0OFhauIegpwn2ZIaIrvOWq6FZPhS130s4IxEu"
            + "WkrhzFgt3A-AU9TOV-hWHdgE-gcS-aTKgaVfJrn68AjEoWXV8KImo3uJxAITESw4jkfksbM8Cc6Lr3VMEd_3odTju2"
            + "a6664RQ1ioQsG8IZmMq-92jXGCmZlcea4lepphac57h9lop12Qs2pZOB1yFneWZRRseruqHiRHwLNP_ACEA4TmWfYb"
            + "kiLPR3ikeb8LtXrEfQ8uZGL8iHPGW3kypHsE8mpEtOGejRyprzFBxJQrDHKmSVuGdine7LbQ",
    ]

    /// P-256.
    static let curve: [String: String] = [
        "crv": "P-256",
        "d": "aPFJrjLvL-IcfOIulbKxymWqXPuYwf8Keo5wmpmR5k4",
        "kty": "EC",
        "x": "Xh5RPwVRa5gzFLtWOzCAXG_KafDaRwYnrVwaBLZWhKQ",
        "y": "24dJoskra__akdXjdV67esF2Eh6-wpWBS3gSv4QBvU8",
    ]

    /// Ed25519.
    static let edwards: [String: String] = [
        "crv": "Ed25519",
        "d": "AuXhbKhDubBbe9SKm5T-1pXZ_0c4FUauXj9K2UdqILI",
        "kty": "OKP",
        "x": "K8fBP2SlNXsIp3SVAF9LGhLHuCv7xPRscCNX425fAzg",
    ]
}
