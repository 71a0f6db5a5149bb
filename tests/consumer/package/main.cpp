#include <fascikit/fascikit.hpp>
#include <fascikit/io.hpp>

#include <iostream>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const auto recording = fascikit::io::read(argv[1]);
    const auto analysis = fascikit::analyze(recording, {.electrode = fascikit::Electrode::surface});
    for (const auto& burst : analysis.bursts)
        std::cout << burst.onset_s << "  " << to_string(burst.label) << "\n";
    return analysis.bursts.empty() ? 1 : 0;
}
