/* The least that a program can do: what starting one costs on this machine. */
#include <unistd.h>

int main(void)
{
    return write(STDOUT_FILENO, "answered\n", 9) == 9 ? 0 : 1;
}
