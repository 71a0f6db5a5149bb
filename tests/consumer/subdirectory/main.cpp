#include <fascikit/io.hpp>

#include <iostream>

int main() {
    try {
        fascikit::io::read("no-such-file.edf");
    } catch (const fascikit::InputError& error) {
        std::cout << error.what() << "\n";
        return 0;
    }
    return 1;
}
